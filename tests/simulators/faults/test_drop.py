"""An event is lost."""

from typing import Any

from novastack_simulators.faults import Context, struck
from novastack_simulators.faults.drop import Drop
from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """The one that says why it ends."""
    golden(do="drop", at="before_finish")


def test_what_is_lost_was_not_sent(stream: Plan, error: Plan) -> None:
    """Its tokens are not counted, and the others keep their times."""
    plan = struck(Drop(do="drop", count=2), stream, error, Context(error))
    assert [(b"o", 1.0), (b"r", 1.0), (b"f", 3.0), (b"d", 3.0)] == [
        (frame.data, due) for frame, due in zip(plan.frames, plan.dues, strict=True)
    ]


def test_all_can_be_lost(stream: Plan, error: Plan) -> None:
    """Then there is a head all the same."""
    plan = struck(Drop(do="drop", at="before_headers", count=99), stream, error, Context(error))
    assert (b"", (1.0,)) == (plan.frames[0].data, tuple(plan.dues))


def test_a_plain_answer_is_one_event(plain: Plan, error: Plan) -> None:
    """It stays as it is, and the fault has not struck: an answer without a body is `empty_body`."""
    assert plain is struck(Drop(do="drop"), plain, error, Context(error))
