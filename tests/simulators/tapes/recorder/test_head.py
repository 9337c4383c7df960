"""Heads are read and written with the case and the order of their headers."""

import pytest

from novastack_simulators.tapes.recorder.head import Head, HeadError, passed, read, written


def test_a_head_is_what_stands_in_it() -> None:
    """Status, reason, version, and each header as it was written."""
    text = b"HTTP/1.1 429 Slow down, please\r\nRetry-After: 1\r\nx-A:b\r\nX-a:  c \r\n\r\n"
    headers = ((b"Retry-After", b"1"), (b"x-A", b"b"), (b"X-a", b"c"))
    assert Head(429, b"Slow down, please", "1.1", headers) == read(text)


def test_both_lengths_are_taken() -> None:
    """RFC 9112, 6.3: the chunks decide."""
    head = read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert (b"5",) == head.values(b"content-length")


@pytest.mark.parametrize(
    "text",
    [b"\r\n\r\n", b"HELO\r\n\r\n", b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: 1\r\n",
     b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_head_is_told(text: bytes) -> None:
    """Not HTTP, not whole, or the end of HTTP."""
    with pytest.raises(HeadError):
        read(text)


def test_headers_of_a_connection_are_not_passed_on() -> None:
    """RFC 9110, 7.6.1: those that are named, and those that Connection names."""
    kept = ((b"Authorization", b"k"), (b"X-Kept", b"1"))
    hops = [(name, b"1") for name in (b"Keep-Alive", b"TE", b"Transfer-Encoding", b"Upgrade", b"Proxy-Connection")]
    headers = (*kept, (b"Connection", b"close, X-Named"), (b"x-named", b"1"), *hops, (b"Host", b"h"))
    assert [*kept] == list(passed(headers, b"host"))
    assert b"GET / HTTP/1.1\r\nAuthorization: k\r\nX-Kept: 1\r\n\r\n" == written(b"GET / HTTP/1.1", kept)
