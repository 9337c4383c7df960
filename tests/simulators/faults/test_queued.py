"""`stall` at `queued`: signs of life until the model begins, the end when patience is over. Pure."""

import math

from novastack_simulators.faults import Context
from novastack_simulators.faults.stall import Stall, strike
from novastack_simulators.plan import Frame, Plan, Queue

HEADERS = ((b"content-type", b"application/json"), (b"content-length", b"2"))
PLAN = Plan(
    status=200,
    headers=HEADERS,
    frames=(Frame("body", 3, b"{}"),),
    dues=(1.0,),
    queue=Queue(b"\n", 10.0, 600.0),
)


def stalled(lasting: object, plan: Plan = PLAN) -> Plan:
    struck = strike(Stall.model_validate({"do": "stall", "for": lasting, "at": "queued"}), plan, Context(plan))
    assert struck is not None
    return struck


def test_signs_come_every_beat_and_then_the_answer() -> None:
    """25 seconds at a beat of 10: two signs, and all the rest 25 seconds late."""
    plan = stalled(25)
    assert [(b"\n", 10.0), (b"\n", 20.0), (b"{}", 26.0)] == [
        (frame.data, due) for frame, due in zip(plan.frames, plan.dues, strict=True)
    ]
    assert "complete" == plan.ending


def test_a_body_after_signs_has_no_length() -> None:
    """It would be wrong."""
    assert (HEADERS[0],) == stalled(25).headers


def test_patience_ends_the_connection() -> None:
    """59 signs in ten minutes, then the close, and never an answer."""
    plan = stalled("forever")
    assert (59, 600.0, "abort") == (len(plan.frames), plan.end, plan.ending)


def test_who_shows_no_signs_is_silent() -> None:
    """As before the headers."""
    plan = stalled(25, Plan(status=200, headers=HEADERS, frames=PLAN.frames, dues=(1.0,)))
    assert (PLAN.frames, (26.0,), HEADERS) == (plan.frames, plan.dues, plan.headers)
    assert math.inf == plan.queue.patience
