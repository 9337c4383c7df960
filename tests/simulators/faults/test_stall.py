"""A stall makes the rest late, or never come."""

from typing import Any

import pytest

from novastack_simulators.faults import Context, mangled, struck
from novastack_simulators.faults.stall import Stall
from novastack_simulators.plan import Plan


def stall(plan: Plan, error: Plan, lasting: Any, at: Any) -> Plan:
    fault = Stall.model_validate({"do": "stall", "for": lasting, "at": at})
    return mangled(fault, struck(fault, plan, error, Context(error)))


def test_the_wire(golden: Any) -> None:
    """The same bytes, from the first text on half a minute later."""
    golden(do="stall", at="first_text", **{"for": 30})


def test_after_the_headers_the_head_has_been_sent(stream: Plan, error: Plan) -> None:
    """When the first byte was due, and then nothing comes."""
    plan = stall(stream, error, "forever", "after_headers")
    assert ([b""], (1.0,), "hang") == ([frame.data for frame in plan.frames], tuple(plan.dues), plan.ending)


def test_at_a_byte_the_event_is_parted(stream: Plan, error: Plan) -> None:
    """What stands before it comes in time."""
    plan = stall(stream, error, 10, {"at_byte": 3})
    assert ([b"o", b"r", b"a", b"b", b"f", b"d"], (1.0, 1.0, 2.0, 13.0, 13.0, 13.0)) == (
        [frame.data for frame in plan.frames],
        tuple(plan.dues),
    )


@pytest.mark.parametrize(
    ("at", "late"),
    [("before_headers", 6), ("first_text", 4), ({"after_tokens": 5}, 3), ("before_finish", 2), ("before_done", 1)],
)
def test_what_follows_the_phase_is_late(stream: Plan, error: Plan, at: Any, late: int) -> None:
    """So many frames at the end come ten seconds later, the others in time."""
    dues = stall(stream, error, 10, at).dues
    assert late == sum(now == due + 10 for now, due in zip(dues, stream.dues, strict=True))
    assert stream.dues[: 6 - late] == dues[: 6 - late]


def test_for_ever_means_that_the_rest_never_comes(stream: Plan, error: Plan) -> None:
    """What was before the phase comes, then the connection stays open and silent."""
    plan = stall(stream, error, "forever", "first_text")
    assert ("hang", b"or", "stall") == (plan.ending, b"".join(frame.data for frame in plan.frames), plan.fault)


def test_a_plain_answer_stalls_in_the_middle_of_its_body(plain: Plan, error: Plan) -> None:
    """After the headers half the body comes in time and half late; before them all is late."""
    middle, before = stall(plain, error, 10, "before_done"), stall(plain, error, 10, "before_headers")
    assert [(b"abc", 4.0), (b"def", 14.0)] == [
        (frame.data, due) for frame, due in zip(middle.frames, middle.dues, strict=True)
    ]
    assert [(b"abcdef", 14.0)] == [(frame.data, due) for frame, due in zip(before.frames, before.dues, strict=True)]
