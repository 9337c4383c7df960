"""A request as a caller made it, and the head under which it goes on to the endpoint. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from novastack_simulators.tapes.recorder.base import Base
from novastack_simulators.tapes.recorder.head import Head, Header, Headers, passed, values, written


class Asked(NamedTuple):
    """A request whose body is complete. `arrived` is when, in nanoseconds on the recorder's clock."""

    method: str
    target: bytes
    version: str
    headers: Headers
    body: bytes
    arrived: int

    @property
    def persists(self) -> bool:
        """Whether the caller will use its connection again (RFC 9112, 9.3)."""
        return self.version == "1.1" and b"close" not in values(self.headers, b"connection")


def onward(asked: Asked, base: Base) -> bytes:
    """The request as it goes to the endpoint: the same bytes but for what is a connection's own."""
    first = b"%b %b HTTP/1.1" % (asked.method.encode(), base.target(asked.target))
    return written(first, _onward(asked, base)) + asked.body


def _onward(asked: Asked, base: Base) -> Iterator[Header]:
    yield b"Host", base.authority.encode()
    # RFC 9110, 10.1.1: what the caller expects of its server, the recorder has answered.
    yield from passed(asked.headers, b"host", b"content-length", b"accept-encoding", b"expect", b"trailer")
    # RFC 9110, 12.5.3: without this field any coding would be acceptable.
    yield b"Accept-Encoding", b"identity"
    if asked.body or values(asked.headers, b"content-length") or values(asked.headers, b"transfer-encoding"):
        yield b"Content-Length", b"%d" % len(asked.body)


def back(head: Head, asked: Asked, *, close: bool) -> bytes:
    """The head of an answer as it goes back to the caller, who reads the body as it came."""
    first = b"HTTP/1.1 %d %b" % (head.status, head.reason)
    return written(first, _back(head, asked, close=close))


def _back(head: Head, asked: Asked, *, close: bool) -> Iterator[Header]:
    codings = [value for name, value in head.headers if name.lower() == b"transfer-encoding"]
    # RFC 9112, 6.3: where there are chunks, no length counts.
    yield from passed(head.headers, b"content-length") if codings else passed(head.headers)
    if asked.version == "1.1":
        # The chunks are passed on as they stand on the wire. RFC 9112, 6.1: HTTP/1.0 knows none.
        yield from ((b"Transfer-Encoding", value) for value in codings)
    if close and head.status >= 200:
        yield b"Connection", b"close"
