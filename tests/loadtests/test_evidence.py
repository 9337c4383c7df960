"""When journals are evidence."""

from typing import Any


def test_complete_journals_are_used(desk: Any) -> None:
    """They cover every upstream of the run."""
    evidence = desk.whole([desk.record(0)])
    assert (None, "ledger and journals") == (evidence.blind, evidence.basis)


def test_simulators_of_another_gateway_are_not_used(desk: Any) -> None:
    """Nothing reached them and nothing was echoed: staging, with a laboratory running beside it."""
    rows = [desk.record(0, reply=desk.answer(desk.call(0), canaries=()))]
    assert "the simulators saw nothing of this run: the gateway has other upstreams" == desk.evidence(rows, []).blind


def test_an_echo_without_a_journal_entry_is_a_finding_not_an_excuse(desk: Any) -> None:
    """A simulator made it, so some journal must have it."""
    assert desk.evidence([desk.record(0)], []).blind is None


def test_a_run_without_answers_keeps_its_journals(desk: Any) -> None:
    """Refused by the gateway, it reached nobody: that is what journals are there to show."""
    assert desk.evidence([desk.record(0, reply=desk.refusal())], []).blind is None
