"""The connection to the endpoint: what was read, and when, in the order in which it came."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Final, Literal, NamedTuple, cast

from novastack_simulators.tapes.recorder.base import Base

CONNECT: Final = 10.0
"""Seconds that a connection may take to be made."""
Lost = Literal["fin", "rst"]
Nanos = Callable[[], int]


class UnreachableError(ConnectionError):
    """There is no connection to the endpoint; the text says why."""


class Read(NamedTuple):
    """What came at a time in nanoseconds; or no more, because the connection was lost."""

    at: int
    data: bytes
    lost: Lost | None = None


class Far(asyncio.Protocol):
    """One connection. The clock is read as soon as bytes are there, whoever waits for them."""

    def __init__(self, clock: Nanos, on_lost: Callable[[], None]) -> None:
        self._clock = clock
        self._on_lost = on_lost
        self._reads: asyncio.Queue[Read] = asyncio.Queue()
        self._transport: asyncio.Transport | None = None

    @property
    def closed(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def send(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    async def read(self) -> Read:
        """What came next."""
        return await self._reads.get()

    def pause(self) -> None:
        if not self.closed and self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        if not self.closed and self._transport is not None:
            self._transport.resume_reading()

    def abort(self) -> None:
        """Leaves at once."""
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._reads.put_nowait(Read(self._clock(), data))

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._reads.put_nowait(Read(self._clock(), b"", "rst" if isinstance(exc, ConnectionError) else "fin"))
        self._on_lost()


async def connected(base: Base, tls: ssl.SSLContext | None, clock: Nanos, on_lost: Callable[[], None]) -> Far:
    """A new connection. Raises UnreachableError."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT):
            _, far = await loop.create_connection(lambda: Far(clock, on_lost), base.host, base.port, ssl=tls)
    except TimeoutError:
        raise UnreachableError(f"no connection within {CONNECT:g} s") from None
    except ssl.SSLError as error:
        raise UnreachableError(f"no TLS: {getattr(error, 'verify_message', '') or error.reason or error}") from None
    except OSError as error:
        raise UnreachableError(error.strerror or str(error)) from None
    return far
