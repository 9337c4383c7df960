"""The transport of tests: the upstream is a function, and no socket is opened."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from novastack_gateway.errors import Header
from novastack_gateway.transport import Broken, UpstreamReply, UpstreamRequest


@dataclass
class MemoryReply:
    """A reply made beforehand; `fails` is raised after the last piece, as a cut connection would."""

    status: int = 200
    headers: list[Header] = field(default_factory=list)
    pieces: Sequence[bytes] = ()
    fails: Exception | None = None
    closed: bool = False

    def __post_init__(self) -> None:
        self._left = list(self.pieces)

    async def chunk(self) -> bytes:
        if self._left:
            return self._left.pop(0)
        if self.fails is not None:
            raise self.fails
        return b""

    async def read(self, limit: int) -> bytes:
        parts = []
        while data := await self.chunk():
            parts.append(data)
        if sum(map(len, parts)) > limit:
            raise Broken(f"the upstream's reply is larger than {limit} bytes")
        return b"".join(parts)

    async def finish(self) -> None:
        """All of it is here."""

    def close(self) -> None:
        self.closed = True


@dataclass
class MemoryTransport:
    """Answers each request with `upstream(request)` and remembers what was asked."""

    upstream: Callable[[UpstreamRequest], Awaitable[UpstreamReply]]
    requests: list[UpstreamRequest] = field(default_factory=list)

    async def send(self, request: UpstreamRequest) -> UpstreamReply:
        self.requests.append(request)
        return await self.upstream(request)

    def close(self) -> None:
        """Nothing is open."""
