"""Q1 conservation, F6 integrity, V1 schedule, each passing, failing (where it can) and undecided."""

from typing import Any

from novastack_loadtests.ledger import End, Reply
from novastack_loadtests.verdicts import VERDICTS


def ruled(name: str, evidence: Any) -> Any:
    verdict = VERDICTS[name].judge(evidence)
    return verdict.outcome, [offender.id for offender in verdict.offenders]


def test_every_kind_of_end_is_an_end(desk: Any) -> None:
    """Answered, refused, rejected, broken and failed all account for a request."""
    replies = [Reply(outcome=outcome) for outcome in ("answered", "refused", "rejected", "broken", "failed")]
    rows = [desk.record(index, reply=reply) for index, reply in enumerate(replies)]
    assert ("PASS", []) == ruled("conservation", desk.evidence(rows))


def test_a_request_without_an_end_fails(desk: Any) -> None:
    """Taken from the plan, sent, and never heard of again."""
    evidence = desk.evidence([desk.record(0)], end=End(claimed=2))
    assert ("FAIL", [desk.call(1).id]) == ruled("conservation", evidence)


def test_a_request_that_was_never_sent_needs_no_end(desk: Any) -> None:
    """It was waiting when the run was stopped."""
    assert ("PASS", []) == ruled("conservation", desk.evidence([desk.record(0)], end=End(claimed=2, unsent=(1,))))


def test_two_ends_of_one_request_fail(desk: Any) -> None:
    """A ledger that counts twice is no ledger."""
    evidence = desk.evidence([desk.record(0), desk.record(0)], end=End(claimed=1))
    assert ("FAIL", [desk.call(0).id]) == ruled("conservation", evidence)


def test_a_request_that_only_an_upstream_saw_fails(desk: Any) -> None:
    """Nobody sent it."""
    record, ghost = desk.record(0), desk.record(9)
    evidence = desk.evidence([record], [desk.entry(record), desk.entry(ghost)])
    assert ("FAIL", [ghost.call.id]) == ruled("conservation", evidence)


def test_conservation_is_undecided_when_the_run_was_cut_off(desk: Any) -> None:
    """What was in flight then is in no ledger, and in a journal perhaps."""
    evidence = desk.evidence([desk.record(0)], [desk.entry(desk.record(9))], end=None)
    assert ("INCONCLUSIVE", []) == ruled("conservation", evidence)


def test_conservation_is_undecided_when_requests_were_still_open(desk: Any) -> None:
    """Their end is unknown."""
    rows = [desk.record(0, reply=Reply(outcome="unfinished"))]
    assert ("INCONCLUSIVE", []) == ruled("conservation", desk.evidence(rows))


def test_whole_answers_pass(desk: Any) -> None:
    """Streams and bodies."""
    assert ("PASS", []) == ruled("integrity", desk.evidence([desk.record(0), desk.record(1, stream=True)]))


def test_a_cut_stream_fails(desk: Any) -> None:
    """Status 200 was said, the answer was not."""
    broken = desk.record(1, stream=True, reply=Reply(outcome="broken", status=200, error="cut"))
    assert ("FAIL", [broken.call.id]) == ruled("integrity", desk.evidence([desk.record(0), broken]))


def test_integrity_is_undecided_without_answers(desk: Any) -> None:
    """Nothing to be whole."""
    assert ("INCONCLUSIVE", []) == ruled("integrity", desk.evidence([desk.record(0, reply=desk.refusal())]))


def test_a_kept_schedule_passes(desk: Any) -> None:
    """All that was planned was sent when it was due."""
    rows = [desk.record(index) for index in range(10)]
    assert ("PASS", []) == ruled("schedule", desk.evidence(rows))


def test_a_schedule_that_was_not_sent_whole_is_undecided(desk: Any) -> None:
    """Less was asked than the verdicts assume."""
    rows = [desk.record(index) for index in range(9)]
    assert ("INCONCLUSIVE", []) == ruled("schedule", desk.evidence(rows))


def test_a_late_client_is_undecided(desk: Any) -> None:
    """5 % of a run of 10 s is half a second."""
    late = desk.record(9, at=9.6)
    late = type(late)(call=late.call, times=type(late.times)(intended=9.0, started=9.6, ended=9.7), reply=late.reply)
    rows = [*(desk.record(index) for index in range(9)), late]
    assert ("INCONCLUSIVE", []) == ruled("schedule", desk.evidence(rows))


def test_a_schedule_of_nothing_is_undecided(desk: Any) -> None:
    """Locust sent nothing."""
    assert ("INCONCLUSIVE", []) == ruled("schedule", desk.evidence([]))
