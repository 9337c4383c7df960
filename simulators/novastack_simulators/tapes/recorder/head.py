"""Heads of messages, read and written; the names of headers keep their case and their order. Pure.

httptools reads them. It does not say which byte of a body it could not read, nor how long a chunk claimed to be, and a
tape needs both: so bodies are `body.py`'s.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import httptools

Header = tuple[bytes, bytes]
Headers = tuple[Header, ...]
END: Final = b"\r\n\r\n"
LONGEST: Final = 256 * 1024
# RFC 9110, 7.6.1: fields of one connection, which an intermediary does not pass on; and 11.7.1, meant for a proxy.
HOPS: Final = frozenset({
    b"connection", b"keep-alive", b"proxy-connection", b"te", b"transfer-encoding", b"upgrade",
    b"proxy-authorization", b"proxy-authenticate",
})  # fmt: skip


class HeadError(ValueError):
    """What came is no head of HTTP/1."""


class Head(NamedTuple):
    """The head of a response."""

    status: int
    reason: bytes
    version: str
    headers: Headers

    def values(self, name: bytes) -> tuple[bytes, ...]:
        return values(self.headers, name)


class _Reading:
    """What the parser reports."""

    def __init__(self) -> None:
        self.reason = b""
        self.headers: list[Header] = []
        self.complete = False

    def on_status(self, reason: bytes) -> None:
        self.reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        # RFC 9112, 5.1: white space around a value is no part of it; the parser leaves what is after it.
        self.headers.append((name, value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        self.complete = True


def read(data: bytes) -> Head:
    """The head of a response, all of which is there. Raises HeadError."""
    reading = _Reading()
    parser = httptools.HttpResponseParser(reading)
    # RFC 9112, 6.3: a response may have both lengths, and then is delimited by its chunks.
    parser.set_dangerous_leniencies(lenient_chunked_length=True)
    try:
        parser.feed_data(data)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
        raise HeadError(str(error)) from None
    if not reading.complete:
        raise HeadError("the head has no end")
    return Head(parser.get_status_code(), reading.reason, parser.get_http_version(), tuple(reading.headers))


def values(headers: Iterable[Header], name: bytes) -> tuple[bytes, ...]:
    """The members of a list header, in lower case."""
    found = (value for key, value in headers if key.lower() == name)
    return tuple(part.strip().lower() for value in found for part in value.split(b",") if part.strip())


def passed(headers: Headers, *also: bytes) -> Iterator[Header]:
    """The headers that are passed on: none of the connection's, none that Connection names, and none of `also`."""
    dropped = {*HOPS, *values(headers, b"connection"), *also}
    return (header for header in headers if header[0].lower() not in dropped)


def written(first: bytes, headers: Iterable[Header]) -> bytes:
    """A head as bytes."""
    return b"\r\n".join([first, *(b"%b: %b" % header for header in headers)]) + END
