"""Event streams on bytes (cases STR-01, STR-02, C11)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_gateway import sse
from novastack_gateway.sse import Events, EventTooLong, parse

LINES = st.text(st.sampled_from("ab: \u2028\u2029\u0085\x0b\x0c\x1cé漢"), max_size=8)
STREAMS = st.lists(st.lists(LINES, min_size=1, max_size=3), min_size=1, max_size=4)
ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[begin:end] for begin, end in itertools.pairwise(marks)]


def read(pieces: list[bytes]) -> list[tuple[bytes, bytes]]:
    events = Events()
    found = [event for piece in pieces for event in events.feed(piece)]
    return [(event.name, event.data) for event in found if event.data or event.name]


@given(STREAMS, ENDS, st.lists(st.integers(0, 500)))
def test_events_are_the_same_for_any_line_end_and_any_cut(
    stream: list[list[str]], end: bytes, places: list[int]
) -> None:
    """LF, CR and CRLF mean the same, Unicode separators mean nothing, and reads may end anywhere."""
    expected = [(b"", "\n".join(lines).encode()) for lines in stream]
    data = b"".join(b"".join(b"data: " + line.encode() + end for line in lines) + end for lines in stream)
    assert [event for event in expected if event[1]] == read(cut(data, places))


@given(STREAMS, ENDS, st.lists(st.integers(0, 500)))
def test_no_byte_is_lost(stream: list[list[str]], end: bytes, places: list[int]) -> None:
    """The raw bytes of all events, and the rest, are the bytes that came."""
    data = b"".join(b"".join(b"data: " + line.encode() + end for line in lines) + end for lines in stream) + b"data: o"
    events = Events()
    raw = b"".join(event.raw for piece in cut(data, places) for event in events.feed(piece))
    assert data == raw + events.rest


@pytest.mark.parametrize(
    ("raw", "name", "data"),
    [
        (b"data: x\n\n", b"", b"x"),
        (b"data:x\n\n", b"", b"x"),
        (b"data:  x\n\n", b"", b" x"),
        (b": comment\n\n", b"", b""),
        (b"event: ping\ndata: {}\n\n", b"ping", b"{}"),
        (b"id: 7\nretry: 10\ndata: x\n\n", b"", b"x"),
        (b"data: a\ndata: b\n\n", b"", b"a\nb"),
        (b"data\n\n", b"", b""),
        (b"database: x\n\n", b"", b""),
    ],
)
def test_fields(raw: bytes, name: bytes, data: bytes) -> None:
    """Each kind of line says what WHATWG HTML section 9.2.6 makes of it."""
    event = parse(raw)
    assert (name, data) == (event.name, event.data)


def test_a_byte_order_mark_is_no_part_of_the_first_field() -> None:
    """The stream may begin with one, even in pieces."""
    assert [(b"", b"x")] == read([b"\xef", b"\xbb", b"\xbfdata: x\n\n"])


def test_an_event_without_its_blank_line_is_not_an_event() -> None:
    """What the end of the stream cuts off is never given out as whole."""
    events = Events()
    assert [] == list(events.feed(b"data: [DONE]\n"))
    assert b"data: [DONE]\n" == events.rest


def test_a_megabyte_in_one_event() -> None:
    """Long events pass, in whatever pieces they come."""
    data = b"data: " + b"x" * 1_000_000 + b"\n\n"
    assert [(b"", b"x" * 1_000_000)] == read([data[at : at + 1000] for at in range(0, len(data), 1000)])


def test_an_endless_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that does not end is not collected for ever."""
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 1000)
    events = Events()
    list(events.feed(b"data: " + b"x" * 900))
    with pytest.raises(EventTooLong, match="1000 bytes"):
        list(events.feed(b"x" * 200))
