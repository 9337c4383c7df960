"""Comments show that the connection lives, and nothing else comes."""

from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.faults.keepalive_comments import KeepaliveComments
from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """Two in 25 seconds, then all that follows."""
    golden(do="keepalive_comments", at="first_text", **{"for": 25})


def test_before_the_headers_they_come_from_the_arrival_on(wire: Any) -> None:
    """Every second until the answer begins, which is late by the whole wait."""
    plan: Plan = wire.struck({"do": "keepalive_comments", "for": 3, "every": 1, "text": "wait"})
    assert [(b": wait\n\n", 1.0), (b": wait\n\n", 2.0)] == [
        (frame.data, due) for frame, due in zip(plan.frames[:2], plan.dues[:2], strict=True)
    ]
    assert wire.plan().frames == plan.frames[2:]
    assert [due + 3 for due in wire.plan().dues] == list(plan.dues[2:])


def test_before_a_plain_body_blank_lines_come(wire: Any) -> None:
    """JSON has no comments, and its length can no longer be told beforehand."""
    for at in ("before_headers", "first_text", "before_done"):
        plan: Plan = wire.struck({"do": "keepalive_comments", "for": 3, "every": 1, "at": at}, stream=False)
        assert b"\n\n" + wire.plan(stream=False).frames[0].data == b"".join(frame.data for frame in plan.frames)
        assert (1.0, 2.0, 7.0) == tuple(plan.dues)
        assert b"content-length" not in dict(plan.headers)


def test_for_ever_they_never_end(wire: Any) -> None:
    """Until the client leaves."""
    plan: Plan = wire.struck({"do": "keepalive_comments", "for": "forever", "every": 0.5, "at": "after_headers"})
    assert ("hang", (1.0, 1.5)) == (plan.ending, tuple(plan.dues))
    assert plan.repeat is not None
    assert (0.5, (b": keep-alive\n\n",)) == (plan.repeat.period, tuple(frame.data for frame in plan.repeat.frames))


@pytest.mark.parametrize(
    "wrong", [{"every": 0}, {"for": 0}, {"text": "a\nb"}, {"for": 86_400, "every": 0.01}, {"at": {"at_byte": 4}}]
)
def test_wrong_parameters_are_refused(wrong: dict[str, Any]) -> None:
    """More of them than anyone counts, too."""
    with pytest.raises(ValidationError, match="got"):
        KeepaliveComments.model_validate({"do": "keepalive_comments", "for": 10, **wrong})
