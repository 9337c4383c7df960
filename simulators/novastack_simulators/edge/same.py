"""A request whose head is the same, byte for byte, as the one before it on its connection need not be parsed again.

A client on a kept connection sends the same head again and again, and a head says how long its body is.
"""

from typing import Final, NamedTuple

from novastack_simulators.edge.reply import Headers, Request

BLANK: Final = b"\r\n\r\n"
# RFC 9112, 6.3 and 9110, 7.8 and 10.1.1: these make of a request more than its head and the bytes that it counts.
MORE: Final = frozenset({b"transfer-encoding", b"upgrade", b"expect"})


class Head(NamedTuple):
    """A head as it was sent, the length of the whole request, and what the parser made of it."""

    data: bytes
    length: int
    method: str
    path: str
    headers: Headers

    def request(self, data: bytes) -> Request | None:
        """The request, if it is one and no more and has this head."""
        if len(data) != self.length or not data.startswith(self.data):
            return None
        return Request(method=self.method, path=self.path, headers=self.headers, body=data[len(self.data) :])


def head(data: bytes, request: Request) -> Head | None:
    """What to expect next, after bytes that were one whole request of HTTP/1.1; None if that cannot be told."""
    sizes = [value for name, value in request.headers if name == b"content-length"]
    size = len(data) - data.find(BLANK) - len(BLANK)
    if request.oversize or sizes != [b"%d" % size] or any(name in MORE for name, _ in request.headers):
        return None
    return Head(data[: len(data) - size], len(data), request.method, request.path, request.headers)
