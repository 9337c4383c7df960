"""What the pipeline speaks to. It knows neither uvicorn nor ASGI, so both can stand behind it."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from novastack_gateway.errors import JSON, Header, internal

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """A request whose head has arrived; header names in lower case.

    `read(limit)` waits for the whole body and raises Problem 413 as soon as it is known to exceed `limit` bytes.
    """

    method: str
    path: str
    headers: Sequence[Header]
    read: Callable[[int], Awaitable[bytes]]
    path_upstream: str | None = field(default=None)


class Reply(Protocol):
    """One reply, written in order. After `closed` every call is harmless and does nothing."""

    @property
    def started(self) -> bool: ...

    @property
    def closed(self) -> bool:
        """The client has left, or the reply has ended."""

    def start(self, status: int, headers: Sequence[Header]) -> None:
        """Status and headers of a reply whose length is not known yet."""

    def write(self, data: bytes) -> None:
        """A piece of the body, sent as it is, at once."""

    def end(self) -> None:
        """The body is complete."""

    def send(self, status: int, headers: Sequence[Header], body: bytes) -> None:
        """A whole reply at once."""

    def abort(self) -> None:
        """End the connection in the middle of the body, so that nobody takes it for whole."""

    async def drain(self) -> None:
        """Wait while the client reads more slowly than we write."""


def announced(headers: Sequence[Header]) -> int:
    """The length that a request says its body has; 0 when it says none."""
    return next((int(value) for name, value in headers if name == b"content-length"), 0)


def give_up(reply: Reply, error: BaseException | None) -> None:
    """A handler failed, or left its reply unfinished: the client is told as far as that can still be done."""
    _LOG.error("a request failed in a way that nobody foresaw", exc_info=error)
    if reply.started:
        reply.abort()
    else:
        reply.send(500, (JSON,), internal().body())


Handler = Callable[[Request, Reply], Awaitable[None]]
"""Answers one request. It is cancelled when the client leaves."""
