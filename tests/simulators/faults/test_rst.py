"""A reset at its phase."""

from typing import Any

import pytest

from novastack_simulators.faults import Context, mangled, struck
from novastack_simulators.faults.rst import Rst
from novastack_simulators.plan import Plan


def reset(plan: Plan, error: Plan, at: Any) -> Plan:
    fault = Rst.model_validate({"do": "rst", "at": at})
    return mangled(fault, struck(fault, plan, error, Context(error)))


def test_the_wire(golden: Any) -> None:
    """What was due before, and the end when the next event was due."""
    golden(do="rst", at={"after_tokens": 2})


@pytest.mark.parametrize(
    ("at", "sent", "end"),
    [
        ("before_headers", b"", 1.0),
        ("after_headers", b"", 1.0),
        ("in_reasoning", b"or", 2.0),
        ("first_text", b"or", 2.0),
        ({"after_tokens": 1}, b"or", 2.0),
        ({"after_tokens": 5}, b"ora", 3.0),
        ({"after_tokens": 8}, b"orab", 3.0),
        ({"at_byte": 0}, b"", 1.0),
        ({"at_byte": 5}, b"orabf", 3.0),
        ("before_finish", b"orab", 3.0),
        ("before_done", b"orabf", 3.0),
    ],
)
def test_what_was_before_the_phase_is_sent(stream: Plan, error: Plan, at: Any, sent: bytes, end: float) -> None:
    """The frames before it go out, and the reset comes when the next would have been due."""
    plan = reset(stream, error, at)
    assert (sent, end, "abort", "rst") == (
        b"".join(frame.data for frame in plan.frames),
        plan.end,
        plan.ending,
        plan.fault,
    )


def test_before_the_headers_not_even_a_head_is_sent(stream: Plan, error: Plan) -> None:
    """After them it is: an empty frame carries it."""
    assert (0, 1) == (len(reset(stream, error, "queued").frames), len(reset(stream, error, "after_headers").frames))


@pytest.mark.parametrize("at", ["in_tool_args", "before_usage", {"after_tokens": 9}, {"at_byte": 6}])
def test_a_phase_that_never_comes_resets_nothing(stream: Plan, error: Plan, at: Any) -> None:
    """The plan is the very same, and the journal does not claim that the fault struck."""
    assert stream is reset(stream, error, at)


def test_a_plain_answer_is_reset_in_the_middle_of_its_body(plain: Plan, error: Plan) -> None:
    """Half the body, then the reset; none of its tokens count as sent."""
    plan = reset(plain, error, "before_finish")
    assert [(0, b"abc")] == [(frame.tokens, frame.data) for frame in plan.frames]
