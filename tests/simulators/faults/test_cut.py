"""A cut resets the connection at its phase."""

from typing import Any

import pytest

from novastack_simulators.faults import Cut, struck
from novastack_simulators.plan import Plan


def cut(plan: Plan, error: Plan, at: Any) -> Plan:
    return struck(Cut.model_validate({"do": "cut", "at": at}), plan, error)


@pytest.mark.parametrize(
    ("at", "sent", "end"),
    [
        ("before_headers", b"", 1.0),
        ("first_text", b"or", 2.0),
        ({"after_tokens": 1}, b"or", 2.0),
        ({"after_tokens": 5}, b"ora", 3.0),
        ({"after_tokens": 500}, b"orabfd", 0.0),
        ("before_finish", b"orab", 3.0),
        ("before_done", b"orabf", 3.0),
    ],
)
def test_what_was_before_the_phase_is_sent(stream: Plan, error: Plan, at: Any, sent: bytes, end: float) -> None:
    """The frames before it go out, and the reset comes when the next would have been due."""
    plan = cut(stream, error, at)
    assert (sent, end, "abort", "cut") == (
        b"".join(frame.data for frame in plan.frames),
        plan.end,
        plan.ending,
        plan.fault,
    )


def test_a_plain_answer_is_cut_in_the_middle_of_its_body(plain: Plan, error: Plan) -> None:
    """Half the body, then the reset; none of its tokens count as sent."""
    plan = cut(plain, error, "before_finish")
    assert [(0, b"abc")] == [(frame.tokens, frame.data) for frame in plan.frames]
