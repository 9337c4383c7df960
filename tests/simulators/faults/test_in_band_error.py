"""A stream breaks off with an error event."""

from typing import Any

import pytest

from novastack_simulators.faults import Context, struck
from novastack_simulators.faults.in_band_error import InBandError
from novastack_simulators.plan import Plan, Work


def broken(plan: Plan, error: Plan, at: Any = "before_headers") -> Plan:
    fault = InBandError.model_validate({"do": "in_band_error", "at": at})
    return struck(fault, plan, error, Context(error, mishap=lambda body: b"!" if body == b"busy" else b"?"))


def test_the_wire(golden: Any) -> None:
    """The provider's own event, and the end."""
    golden(do="in_band_error", status=503, at={"after_tokens": 1})


@pytest.mark.parametrize(
    ("at", "sent", "due"),
    [
        ("before_headers", b"!", 1.0),
        ("first_text", b"or!", 2.0),
        ({"after_tokens": 5}, b"ora!", 3.0),
        ("before_finish", b"orab!", 3.0),
        ("before_done", b"orabf!", 3.0),
    ],
)
def test_the_error_comes_when_the_next_frame_was_due(
    stream: Plan, error: Plan, at: Any, sent: bytes, due: float
) -> None:
    """What stood before the phase has been sent; nothing follows the error."""
    plan = broken(stream, error, at)
    assert (sent, due) == (b"".join(frame.data for frame in plan.frames), plan.dues[-1])
    assert (200, "complete", "in_band_error") == (plan.status, plan.ending, plan.fault)


def test_a_plain_answer_is_the_error(plain: Plan, error: Plan) -> None:
    """Nothing has been sent, so the head can still say it."""
    assert (503, error.frames) == (broken(plain, error).status, broken(plain, error).frames)


def test_a_phase_that_never_comes_breaks_nothing(stream: Plan, error: Plan) -> None:
    """After so many tokens there is no stream left to break."""
    assert stream.frames == broken(stream, error, {"after_tokens": 100}).frames


def test_what_was_made_finished_with_an_error(stream: Plan, error: Plan) -> None:
    """The measures say so."""
    working = Plan(status=200, headers=(), frames=stream.frames, dues=stream.dues, work=Work(9, ("stop", "stop")))
    work = broken(working, error).work
    assert work
    assert ("error", "error") == work.finishes
