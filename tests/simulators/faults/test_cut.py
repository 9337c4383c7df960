"""The connection ends in the middle of an event."""

from typing import Any

import pytest

from novastack_simulators.plan import Plan


def sent(plan: Plan) -> bytes:
    return b"".join(frame.data for frame in plan.frames)


def test_the_wire(golden: Any) -> None:
    """Half of the event after two tokens."""
    golden(do="cut", at={"after_tokens": 2})


@pytest.mark.parametrize(
    "at", ["after_headers", "first_text", {"after_tokens": 1}, "before_finish", "before_usage", "before_done"]
)
@pytest.mark.parametrize("said", ["text", "thinking", "tools"])
def test_the_last_event_is_not_whole(wire: Any, at: Any, said: str) -> None:
    """What was sent is a beginning of the stream that ends inside an event's data."""
    plan: Plan = wire.struck({"do": "cut", "at": at}, said)
    whole = sent(wire.plan(said))
    last = sent(plan).split(b"\n\n")[-1]
    assert whole.startswith(sent(plan))
    assert b"data: " in last
    assert not last.endswith(b"\n")
    assert ("abort", 0) == (plan.ending, plan.frames[-1].tokens)


@pytest.mark.parametrize("at", ["queued", "before_headers"])
def test_before_the_headers_nothing_is_sent(wire: Any, at: str) -> None:
    """There is nothing to be in the middle of."""
    assert () == wire.struck({"do": "cut", "at": at}).frames


@pytest.mark.parametrize("at", ["after_headers", "first_text", "before_done"])
def test_a_plain_answer_is_cut_in_the_middle_of_its_body(wire: Any, at: str) -> None:
    """Half the body."""
    whole = sent(wire.plan(stream=False))
    assert whole[: len(whole) // 2] == sent(wire.struck({"do": "cut", "at": at}, stream=False))


def test_a_byte_is_a_place_of_its_own(wire: Any) -> None:
    """Just so many are sent."""
    assert sent(wire.plan())[:77] == sent(wire.struck({"do": "cut", "at": {"at_byte": 77}}))


def test_it_can_be_closed_instead(wire: Any) -> None:
    """A FIN in place of the RST."""
    assert "fin" == wire.struck({"do": "cut", "at": "first_text", "by": "fin"}).ending
