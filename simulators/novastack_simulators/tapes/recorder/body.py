"""Where the body of a response ends, and in which pieces it came (RFC 9112, 6.3 and 7.1). Pure.

Each reader takes what was read as it comes, and keeps in `rest` what is no part of the body: the bytes after its end,
or all bytes from where they could not be read on. What stands in `pending` was read and not yet understood.
"""

import re
from typing import Final, NamedTuple, Protocol

from novastack_simulators.tapes.recorder.head import Head, Header

LINE: Final = 16 * 1024
SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)
FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*", re.DOTALL)


class Piece(NamedTuple):
    """Bytes of the body that came at once, of one transfer chunk; `more` are still to come of it."""

    data: bytes
    more: int = 0


class Body(Protocol):
    """A body that is being read."""

    whole: bool
    bounded: bool
    rest: bytes
    trailers: list[Header]

    @property
    def pending(self) -> bytes: ...

    def feed(self, data: bytes) -> list[Piece]: ...

    def close(self) -> None:
        """The connection was closed in order."""


class Unbounded:
    """The end of the connection is the end of the body (RFC 9112, 6.3, rule 8)."""

    def __init__(self) -> None:
        self.whole = self.bounded = False
        self.rest = self.pending = b""
        self.trailers: list[Header] = []

    def feed(self, data: bytes) -> list[Piece]:
        return [Piece(data)] if data else []

    def close(self) -> None:
        self.whole = True


class Sized:
    """As many bytes as content-length said."""

    def __init__(self, size: int) -> None:
        self._left = size
        self.whole = size == 0
        self.bounded = True
        self.rest = self.pending = b""
        self.trailers: list[Header] = []

    def feed(self, data: bytes) -> list[Piece]:
        piece, self.rest = data[: self._left], self.rest + data[self._left :]
        self._left -= len(piece)
        self.whole = self._left == 0
        return [Piece(piece)] if piece else []

    def close(self) -> None:
        """Too early, unless it is whole."""


class Chunked:
    """Transfer chunks, each with its size before it, and a trailer section after the last."""

    def __init__(self) -> None:
        self.whole = self._broken = False
        self.bounded = True
        self.rest = self.pending = b""
        self.trailers: list[Header] = []
        self._left = 0
        self._expects = self._size

    def feed(self, data: bytes) -> list[Piece]:
        pieces: list[Piece] = []
        while data and not (self.whole or self._broken):
            if self._left:
                piece, data = data[: self._left], data[self._left :]
                self._left -= len(piece)
                pieces.append(Piece(piece, self._left))
            else:
                data = self._line(data)
        self.rest += data
        return pieces

    def close(self) -> None:
        """Too early, unless it is whole."""

    def _line(self, data: bytes) -> bytes:
        """Reads to the end of a line; what is after it is returned."""
        line, end, after = (self.pending + data).partition(b"\r\n")
        if not end and len(line) <= LINE:
            self.pending = line
            return b""
        self.pending = b""
        if end and self._expects(line):
            return after
        self._broken = True
        return line + end + after

    def _size(self, line: bytes) -> bool:
        found = SIZE.fullmatch(line)
        if found is None:
            return False
        self._left = int(found[1], 16)
        self._expects = self._end if self._left else self._trailer
        return True

    def _end(self, line: bytes) -> bool:
        self._expects = self._size
        return not line

    def _trailer(self, line: bytes) -> bool:
        if not line:
            self.whole = True
            return True
        found = FIELD.fullmatch(line)
        if found:
            self.trailers.append((found[1], found[2]))
        return found is not None


def body_of(head: Head, method: str) -> Body:
    """How the body after a head is delimited (RFC 9112, 6.3)."""
    if method == "HEAD" or head.status in (204, 304):
        return Sized(0)
    codings = head.values(b"transfer-encoding")
    if codings:
        return Chunked() if codings[-1] == b"chunked" else Unbounded()
    lengths = set(head.values(b"content-length"))
    if len(lengths) == 1 and (length := lengths.pop()).isdigit():
        return Sized(int(length))
    return Unbounded()
