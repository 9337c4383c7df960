"""L4 promise, L5 headers and refusal."""

from typing import Any

import pytest

from novastack_loadtests.ledger import Reply
from novastack_loadtests.verdicts import VERDICTS


def ruled(name: str, evidence: Any) -> Any:
    verdict = VERDICTS[name].judge(evidence)
    return verdict.outcome, [offender.id for offender in verdict.offenders]


@pytest.mark.parametrize(
    ("said", "precise"), [("1", None), ("60", None), ("1", "1"), ("1", "1000"), ("2", "1001"), ("1", "0")]
)
def test_a_well_said_promise_passes(desk: Any, said: Any, precise: Any) -> None:
    """Whole seconds, rounded up from the milliseconds."""
    row = desk.record(0, reply=desk.refusal(said, retry_after_ms=precise))
    assert ("PASS", []) == ruled("promise", desk.whole([row]))


@pytest.mark.parametrize(
    ("said", "precise"),
    [
        *((text, None) for text in (None, "", "0", "-1", "1.5", "soon", "61", "Wed, 21 Oct 2026 07:28:00 GMT")),
        *(("2", text) for text in ("1000", "2001", "x", "-5")),
    ],
)
def test_an_ill_said_promise_fails(desk: Any, said: Any, precise: Any) -> None:
    """Missing, not whole, below 1, beyond the window, or contradicting its milliseconds."""
    row = desk.record(0, reply=desk.refusal(said, retry_after_ms=precise))
    assert ("FAIL", [row.call.id]) == ruled("promise", desk.whole([row]))


def test_a_promise_that_did_not_come_true_fails(desk: Any) -> None:
    """Told to come back after 1 s; 5 s later there was still no slot, and nobody had taken one."""
    rows = [desk.record(index, reply=desk.refusal("1" if index == 0 else "60")) for index in range(6)]
    assert ("FAIL", [desk.call(0).id]) == ruled("promise", desk.whole(rows))


def test_a_slot_that_somebody_else_took_keeps_the_promise(desk: Any) -> None:
    """Between the promise and the next refusal one was admitted."""
    rows = [desk.record(0, reply=desk.refusal("1")), desk.record(2), desk.record(3, reply=desk.refusal("1"))]
    assert ("PASS", []) == ruled("promise", desk.whole(rows))


def test_the_promise_is_undecided_without_refusals(desk: Any) -> None:
    """Nothing was promised."""
    assert ("INCONCLUSIVE", []) == ruled("promise", desk.whole([desk.record(0)]))


def test_right_headers_pass(desk: Any) -> None:
    """On answers and on refusals."""
    rows = [desk.record(0), desk.record(1, reply=desk.refusal())]
    assert ("PASS", []) == ruled("headers", desk.whole(rows))


@pytest.mark.parametrize("wrong", [{"remaining": "-1"}, {"remaining": "6"}, {"remaining": None}, {"remaining": "x"}])
def test_a_remaining_outside_the_limit_fails(desk: Any, wrong: Any) -> None:
    """Negative, above the limit, missing, or no number."""
    row = desk.record(1, reply=desk.answer(desk.call(1), **wrong))
    assert ("FAIL", [row.call.id]) == ruled("headers", desk.whole([desk.record(0), row]))


@pytest.mark.parametrize("wrong", [{"limit": "6"}, {"limit": None}])
def test_a_limit_that_changes_fails(desk: Any, wrong: Any) -> None:
    """It is constant for a key, and on every reply."""
    row = desk.record(1, reply=desk.answer(desk.call(1), **wrong))
    assert ("FAIL", [row.call.id]) == ruled("headers", desk.whole([desk.record(0), row]))


def test_headers_are_undecided_without_any(desk: Any) -> None:
    """A key without a limit has none."""
    row = desk.record(0, reply=desk.answer(desk.call(0), limit=None, remaining=None))
    assert ("INCONCLUSIVE", []) == ruled("headers", desk.whole([row]))


def test_an_error_of_another_kind_needs_no_limit(desk: Any) -> None:
    """A 502 or a failed connection is not judged here."""
    rows = [desk.record(0), desk.record(1, reply=Reply(outcome="rejected", status=502))]
    assert ("PASS", []) == ruled("headers", desk.whole(rows))


def test_refusals_that_stay_in_the_gateway_pass(desk: Any) -> None:
    """No upstream saw them."""
    rows = [desk.record(0), desk.record(1, reply=desk.refusal())]
    assert ("PASS", []) == ruled("refusal", desk.whole(rows))


def test_a_refused_request_that_reached_an_upstream_fails(desk: Any) -> None:
    """It was refused, and paid for."""
    row = desk.record(1, reply=desk.refusal())
    assert ("FAIL", [row.call.id]) == ruled("refusal", desk.evidence([row], [desk.entry(row)]))


def test_refusal_is_undecided_without_refusals(desk: Any) -> None:
    """Nothing could leak."""
    assert ("INCONCLUSIVE", []) == ruled("refusal", desk.whole([desk.record(0)]))
