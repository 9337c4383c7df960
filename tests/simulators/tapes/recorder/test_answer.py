"""An answer is taken down as it comes, with its times, and what is passed on is what came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.tapes.recorder.answer import Answer, Timed

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
WIRE = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + CHUNKED + b"2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"


@given(st.lists(st.integers(1, len(WIRE) - 1), max_size=30, unique=True))
def test_all_that_comes_is_passed_on_however_it_is_read(places: list[int]) -> None:
    """Heads by themselves, the body's bytes as they stand on the wire, each once; and nothing else is taken down."""
    answer, wire, heads = Answer("POST"), b"", []
    ends = [*sorted(places), len(WIRE)]
    for us, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        news = answer.feed(us, WIRE[start:end])
        wire += news.wire
        heads += [head.status for head in news.heads]
    assert ([103, 200], b"2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n") == (heads, wire)
    assert (b"abcde", True, []) == (b"".join(timed.data for timed in answer.chunks), answer.whole, answer.rest)
    assert (answer.head and answer.head.status, len(WIRE)) == (200, answer.size)


def test_each_piece_has_the_time_of_its_read() -> None:
    """A chunk that came in two reads is two pieces."""
    answer = Answer("POST")
    answer.feed(5, CHUNKED + b"2\r\nab\r\n3\r\nc")
    answer.feed(9, b"de\r\n0\r\n\r\n")
    assert (5, [Timed(5, b"ab"), Timed(5, b"c", 2), Timed(9, b"de")]) == (answer.began, answer.chunks)


@pytest.mark.parametrize(
    ("head", "persists"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nsurplus", False),
        (b"HTTP/1.1 200 OK\r\n\r\n", False),
    ],
)
def test_whether_the_connection_can_be_used_again(head: bytes, persists: bool) -> None:
    """RFC 9112, 9.3; what nobody asked for spoils it."""
    answer = Answer("POST")
    answer.feed(0, head)
    assert persists == answer.persists


def test_what_is_no_head_is_passed_on_as_it_is() -> None:
    """From its first byte, when it is known to be none."""
    answer = Answer("POST")
    assert b"" == answer.feed(0, b"SSH-2.0\r\n").wire
    assert b"SSH-2.0\r\n\r\nhello" == answer.feed(1, b"\r\nhello").wire
    assert ([Timed(1, b"SSH-2.0\r\n\r\nhello")], True) == (answer.rest, answer.unreadable)


def test_what_was_not_understood_when_the_connection_broke_is_kept() -> None:
    """Half a head has not been passed on yet, half a chunk's size has."""
    halved = Answer("POST")
    halved.feed(0, b"HTTP/1.1 20")
    assert (b"HTTP/1.1 20", [Timed(7, b"HTTP/1.1 20")]) == (halved.lost(7), halved.rest)
    sized = Answer("POST")
    sized.feed(0, CHUNKED + b"1")
    assert (b"", [Timed(7, b"1")]) == (sized.lost(7), sized.rest)


def test_a_close_ends_a_body_without_length() -> None:
    """And no other."""
    for head, whole in ((b"HTTP/1.1 200 OK\r\n\r\n", True), (CHUNKED, False)):
        answer = Answer("POST")
        answer.feed(0, head)
        answer.closed()
        assert whole == answer.whole
