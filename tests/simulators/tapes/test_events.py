"""Events are found in any legal stream, and together they are all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.tapes.events import Event, events


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_the_lines_may_end_in_three_ways(end: bytes) -> None:
    """LF, CRLF and CR."""
    body = end.join([b"event: a", b"data: one", b"data:two", b"", b"data: three", b"", b""])
    first, second = events(body)
    assert (("a", b"one\ntwo"), ("", b"three")) == ((first.name, first.data), (second.name, second.data))
    assert len(body) == second.end


def test_comments_are_blocks_without_data() -> None:
    """And so is an event that only has an id."""
    assert [None, b"x", None] == [event.data for event in events(b": ping\n\n: c\ndata: x\n\nid: 1\n\n")]


def test_blank_lines_go_with_what_follows() -> None:
    """No block is empty."""
    assert [Event(11, "", b"x")] == list(events(b"\n\ndata: x\n\n"))


def test_what_never_ended_is_no_event() -> None:
    """It is a block all the same, so that no byte is lost."""
    assert [Event(9, "", b"x"), Event(16, "", None)] == list(events(b"data: x\n\ndata: y"))
    assert [Event(9, "", b"x"), Event(10, "", None)] == list(events(b"data: x\n\n\n"))


def test_a_byte_order_mark_is_skipped() -> None:
    """WHATWG HTML, 9.2.5."""
    assert [b"x"] == [event.data for event in events("\ufeffdata: x\n\n".encode())]


@given(st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"data: x", b"data", b":", b"event: e", b"\xff", b" "])))
def test_the_blocks_are_all_of_the_body(parts: list[bytes]) -> None:
    """Whatever it is: each block ends after the one before it, the last one at the end."""
    body = b"".join(parts)
    ends = [event.end for event in events(body)]
    assert sorted({*ends}) == ends
    assert (ends[-1] if ends else 0) == len(body)
