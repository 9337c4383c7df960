"""The answer to one request, taken down as it comes: what is to be passed on, and what a tape will hold. Pure."""

from typing import NamedTuple

from novastack_simulators.tapes.recorder.body import Body, Piece, body_of
from novastack_simulators.tapes.recorder.head import END, LONGEST, Head, HeadError, Headers, read


class Timed(NamedTuple):
    """Bytes, and when they came; `more` are still to come of the same transfer chunk."""

    us: int
    data: bytes
    more: int = 0


class News(NamedTuple):
    """What one read brought: heads that were completed in it, and the body's bytes, as they came and as pieces."""

    heads: tuple[Head, ...]
    wire: bytes
    pieces: tuple[Piece, ...]


class Answer:
    """An answer that is arriving. Times are in microseconds after its request."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._buffer = b""
        self._body: Body | None = None
        self.head: Head | None = None
        self.began = 0
        self.chunks: list[Timed] = []
        self.rest: list[Timed] = []
        self.size = 0
        self.unreadable = False

    @property
    def whole(self) -> bool:
        return self._body is not None and self._body.whole

    @property
    def trailers(self) -> Headers:
        return tuple(self._body.trailers) if self._body else ()

    @property
    def persists(self) -> bool:
        """Whether the connection can be used again (RFC 9112, 9.3)."""
        if self.head is None or self.rest:
            return False
        return self.bounded and self.head.version == "1.1" and b"close" not in self.head.values(b"connection")

    @property
    def bounded(self) -> bool:
        """Whether the end of the body can be told without the end of the connection."""
        return self._body is not None and self._body.bounded

    def feed(self, us: int, data: bytes) -> News:
        """Takes down what was read at a time."""
        self.size += len(data)
        heads: list[Head] = []
        while self.head is None and not self.unreadable and data:
            data = self._heading(us, data, heads)
        if self._body is None:
            self._keep(us, data)
            return News(tuple(heads), data, ())
        pieces = self._body.feed(data)
        self.chunks += [Timed(us, *piece) for piece in pieces]
        self._spill(us)
        return News(tuple(heads), data, tuple(pieces))

    def forget(self) -> None:
        """It is too long for a tape: it is passed on, and no longer taken down."""
        self.chunks.clear()
        self.rest.clear()

    def closed(self) -> None:
        """The connection was closed in order; a body that has no other end is whole now."""
        if self._body is not None:
            self._body.close()

    def lost(self, us: int) -> bytes:
        """Nothing more will come: what was not understood is kept as it is. Of a head, it is not passed on yet."""
        head, self._buffer = self._buffer, b""
        self._keep(us, self._body.pending if self._body else head)
        return head

    def _heading(self, us: int, data: bytes, heads: list[Head]) -> bytes:
        """Reads to the end of a head; what is after it is returned."""
        head, end, after = (self._buffer + data).partition(END)
        if not end and len(head) <= LONGEST:
            self._buffer = head
            return b""
        self._buffer = b""
        try:
            found = read(head + end)
        except HeadError:
            self.unreadable = True
            return head + end + after
        heads.append(found)
        # RFC 9110, 15.2: interim responses come before the one that answers; 101 would be another protocol.
        if found.status >= 200:
            self.head, self.began = found, us
            self._body = body_of(found, self._method)
        return after

    def _spill(self, us: int) -> None:
        if self._body is not None and self._body.rest:
            self._keep(us, self._body.rest)
            self._body.rest = b""

    def _keep(self, us: int, data: bytes) -> None:
        if data:
            self.rest.append(Timed(us, data))
