"""The event-stream reader: what it accepts, what it keeps, and that cuts never matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_contracts import sse


def _read(*pieces: bytes) -> tuple[list[bytes], int | None]:
    reader = sse.Reader()
    events = [event for piece in pieces for event in reader.feed(piece)]
    tail, unfinished = reader.close()
    return [event.data for event in events + tail], unfinished


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_end_three_ways(end: bytes) -> None:
    """LF, CRLF and CR are the same."""
    assert ([b"a", b"b"], None) == _read(b"data: a%b%bdata: b%b%b" % (end, end, end, end))


def test_no_other_character_ends_a_line() -> None:
    """U+2028, U+0085 and vertical tab are text."""
    text = "a\u2028b\u0085c\vd".encode()
    assert ([text], None) == _read(b"data: " + text + b"\n\n")


def test_only_one_space_is_taken() -> None:
    """One leading space belongs to the syntax, the next to the data."""
    assert ([b" a", b"b"], None) == _read(b"data:  a\n\ndata:b\n\n")


def test_data_lines_are_joined() -> None:
    """Several data lines of one event are one text with line feeds."""
    assert ([b"a\nb"], None) == _read(b"data: a\ndata: b\n\n")


def test_a_byte_order_mark_is_skipped_once() -> None:
    """Only at the start of the stream."""
    assert ([b"a", b"\xef\xbb\xbfb"], None) == _read(b"\xef\xbb\xbfdata: a\n\ndata: \xef\xbb\xbfb\n\n")


def test_comments_are_counted_and_dropped() -> None:
    """A comment is no event, and does not end one."""
    reader = sse.Reader()
    assert [b"a"] == [event.data for event in reader.feed(b": ping\n\ndata: a\n: pong\n\n")]
    assert (2, []) == (reader.comments, reader.strays)


def test_unknown_fields_are_kept_as_strays() -> None:
    """What a browser would drop is evidence."""
    reader = sse.Reader()
    reader.feed(b'{"id": 1}\ndata: a\n\n')
    assert [sse.Stray(b'{"id": 1}', 0)] == reader.strays


def test_an_event_without_data_is_hollow() -> None:
    """An id alone dispatches nothing."""
    assert [True, False] == [event.hollow for event in sse.Reader().feed(b"id: 1\n\ndata:\n\n")]


@pytest.mark.parametrize("rest", [b"data: b", b"data: b\n", b"data: b\r"])
def test_an_unfinished_event_is_told_by_its_offset(rest: bytes) -> None:
    """The last event needs its blank line."""
    assert ([b"a"], 9) == _read(b"data: a\n\n" + rest)


def test_an_unfinished_comment_loses_nothing() -> None:
    """A keep-alive cut at the end is harmless."""
    assert ([b"a"], None) == _read(b"data: a\n\n: pi")


def test_offsets_frame_the_event() -> None:
    """The span of an event is its own bytes, blank line included."""
    body = b": c\n\ndata: a\r\n\r\ndata: b\n\n"
    assert [b"data: a\r\n\r\n", b"data: b\n\n"] == [body[e.offset : e.end] for e in sse.Reader().feed(body)]


_TEXT = st.lists(st.sampled_from([b"data: a", b"data:", b"id: 1", b": c", b"x", b"\n", b"\r", b"\r\n", b"\xc3\xa4"]))


@given(_TEXT, st.data())
def test_cuts_never_change_the_events(tokens: list[bytes], data: st.DataObject) -> None:
    """However the bytes are cut, the events, strays and rest are those of one piece."""
    body = b"".join(tokens)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=6)))
    pieces = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    whole, cut = sse.Reader(), sse.Reader()
    expected = whole.feed(body), whole.close(), whole.strays, whole.comments
    events = [event for piece in pieces for event in cut.feed(piece)]
    tail, unfinished = cut.close()
    assert (expected[0] + expected[1][0], expected[1][1], *expected[2:]) == (
        events + tail,
        unfinished,
        cut.strays,
        cut.comments,
    )
