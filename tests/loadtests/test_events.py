"""The event reader, in whatever pieces the bytes come."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from novastack_loadtests.events import EventReader

STREAM = b': hello\r\ndata: {"a":\r\ndata: 1}\r\n\r\nevent: x\ndata:two\n\n\ndata: three\r\rid: 1\n\ndata: [DONE]\n\n'
EVENTS = [b'{"a":\n1}', b"two", b"three", b"[DONE]"]


@given(st.lists(st.integers(0, len(STREAM))))
def test_pieces_do_not_matter(cuts: list[int]) -> None:
    """Any cutting gives the same events."""
    edges = [0, *sorted(cuts), len(STREAM)]
    reader = EventReader()
    pieces = [STREAM[begin:end] for begin, end in pairwise(edges)]
    assert [*EVENTS] == [event for piece in pieces for event in reader.feed(piece)]


def test_an_event_without_its_blank_line_is_pending() -> None:
    """The end of the body inside an event is a truncation."""
    reader = EventReader()
    assert [] == list(reader.feed(b"data: half\n"))
    assert reader.pending


def test_nothing_is_pending_after_a_whole_event() -> None:
    """A whole stream leaves nothing."""
    reader = EventReader()
    assert [b"x"] == list(reader.feed(b"data: x\n\n"))
    assert not reader.pending


def test_text_outside_ascii_keeps_its_line_separators() -> None:
    """U+2028 and U+0085 are text in an event stream, not line ends."""
    text = "a\u2028b\u0085c".encode()
    assert [text] == list(EventReader().feed(b"data: " + text + b"\n\n"))
