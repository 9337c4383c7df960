"""The seam to upstreams: one request out, one streamed reply back. Nothing outside this folder knows sockets.

`Transport` is what the pipeline is given; `NetworkTransport` is the one used in production.
"""

from dataclasses import dataclass
from typing import Protocol

from novastack_gateway.errors import Header


class TransportError(Exception):
    """The upstream could not be asked, or its reply did not arrive whole. The message is safe to show."""


class Unreachable(TransportError):  # noqa: N818 - reads as a sentence where it is raised
    """No connection could be made: nothing was sent."""


class Broken(TransportError):  # noqa: N818
    """The connection ended, or what came over it was not HTTP, before the reply was whole."""


class TooSlow(TransportError):  # noqa: N818
    """The upstream let a time-out pass."""


@dataclass(frozen=True, slots=True)
class UpstreamRequest:
    """A POST to `path` below the upstream's base URL; `headers` without host and content-length."""

    path: bytes
    headers: tuple[Header, ...]
    body: bytes


class UpstreamReply(Protocol):
    """The head of a reply, and its body as it arrives."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> list[Header]:
        """Names in lower case."""

    async def chunk(self) -> bytes:
        """The next piece of the body as it arrives; empty at its end.

        Raises Broken or TooSlow when it does not arrive whole.
        """

    async def read(self, limit: int) -> bytes:
        """The whole body.

        Raises Broken, TooSlow, or Broken when it is longer than `limit` bytes.
        """

    async def finish(self) -> None:
        """All that is wanted has been read: let what ends the body arrive, for a moment, so that the connection can
        be used again."""

    def close(self) -> None:
        """Done with it: the connection is kept if the body was read to its end, and closed at once otherwise."""


class Transport(Protocol):
    async def send(self, request: UpstreamRequest) -> UpstreamReply:
        """The reply, as soon as its head has arrived.

        Raises Unreachable, Broken or TooSlow.
        """

    def close(self) -> None:
        """Close all connections."""
