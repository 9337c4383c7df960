"""Events come in the wrong order."""

from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.faults import Context, struck
from novastack_simulators.faults.reorder import Reorder
from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """Two pieces of text."""
    golden(do="reorder", at={"after_tokens": 1})


def test_as_many_as_there_are_come_backwards(stream: Plan, error: Plan) -> None:
    """At the same times."""
    plan = struck(Reorder(do="reorder", count=99), stream, error, Context(error))
    assert (b"ordfba", stream.dues) == (b"".join(frame.data for frame in plan.frames), plan.dues)


@pytest.mark.parametrize("at", ["before_done", {"after_tokens": 99}])
def test_the_last_has_nothing_to_change_places_with(stream: Plan, error: Plan, at: Any) -> None:
    """The fault has not struck."""
    assert stream is struck(Reorder.model_validate({"do": "reorder", "at": at}), stream, error, Context(error))


def test_a_plain_answer_is_one_event(plain: Plan, error: Plan) -> None:
    """The fault has not struck."""
    assert plain is struck(Reorder(do="reorder"), plain, error, Context(error))


def test_one_event_is_no_order() -> None:
    """Two at the least."""
    with pytest.raises(ValidationError, match="got 1"):
        Reorder.model_validate({"do": "reorder", "count": 1})
