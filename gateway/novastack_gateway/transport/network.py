"""The transport over real sockets: a pool of connections per upstream, taken last in, first out."""

import asyncio
import contextlib
import ssl
from typing import Final
from urllib.parse import urlsplit

from novastack_gateway.errors import Header
from novastack_gateway.transport import Broken, TooSlow, Unreachable, UpstreamReply, UpstreamRequest
from novastack_gateway.transport.connection import Connection

FINISH: Final = 1.0
"""Seconds that the end of a body may take to arrive after all that is wanted of it."""
STALE: Final = 1.0
"""Seconds within which a kept connection that was closed in the meantime shows it, once it is used."""


class NetworkTransport:
    """Keep-alive connections to one base URL. Time-outs in seconds."""

    def __init__(self, base_url: str, *, connect: float, first_byte: float, between_bytes: float) -> None:
        url = urlsplit(base_url)
        self._host = url.hostname or ""
        self._port = url.port or (443 if url.scheme == "https" else 80)
        self._ssl = ssl.create_default_context() if url.scheme == "https" else None
        self._prefix = url.path.rstrip("/").encode()
        self._authority = url.netloc.rpartition("@")[2].encode()
        self._connect = connect
        self._first_byte = first_byte
        self._between_bytes = between_bytes
        self._idle: list[Connection] = []

    async def send(self, request: UpstreamRequest) -> UpstreamReply:
        data = self._encode(request)
        reused = self._idle_connection()
        if reused is not None:
            clock = asyncio.get_running_loop().time
            sent = clock()
            try:
                return await self._exchange(reused, data)
            except Broken:
                # RFC 9112 section 9.3.1: an idle connection may be closed just as it is used. Not one byte of a
                # reply came, and it ended at once, so it is asked once more, on a new connection. An upstream that
                # worked on the request for a while and then hung up is not asked again: it may have answered.
                if reused.began or clock() - sent > STALE:
                    raise
        return await self._exchange(await self._open(), data)

    def close(self) -> None:
        for connection in self._idle:
            connection.abort()
        self._idle.clear()

    def _encode(self, request: UpstreamRequest) -> bytes:
        lines = [b"POST %b%b HTTP/1.1" % (self._prefix, request.path), b"host: " + self._authority]
        lines += [b"%b: %b" % header for header in request.headers]
        lines.append(b"content-length: %d" % len(request.body))
        return b"\r\n".join(lines) + b"\r\n\r\n" + request.body

    def _idle_connection(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        return None

    async def _open(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect):
                _, connection = await loop.create_connection(Connection, self._host, self._port, ssl=self._ssl)
        except TimeoutError:
            raise Unreachable("no connection to the upstream in time") from None
        except OSError:
            raise Unreachable("no connection to the upstream") from None
        return connection

    async def _exchange(self, connection: Connection, data: bytes) -> UpstreamReply:
        try:
            connection.send(data)
            async with asyncio.timeout(self._first_byte):
                await connection.head()
        except TimeoutError:
            connection.abort()
            raise TooSlow("the upstream did not begin to answer in time") from None
        except BaseException:
            # Whatever ends the wait, the caller's leaving too, ends the upstream's work.
            connection.abort()
            raise
        return NetworkReply(connection, self._idle, self._between_bytes)


class NetworkReply:
    """A reply that is arriving."""

    def __init__(self, connection: Connection, idle: list[Connection], between_bytes: float) -> None:
        self._connection = connection
        self._idle = idle
        self._between_bytes = between_bytes
        self._closed = False

    @property
    def status(self) -> int:
        return self._connection.status

    @property
    def headers(self) -> list[Header]:
        return self._connection.headers

    async def chunk(self) -> bytes:
        try:
            async with asyncio.timeout(self._between_bytes):
                return await self._connection.chunk()
        except TimeoutError:
            raise TooSlow("the upstream stopped in the middle of its reply") from None

    async def read(self, limit: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        while data := await self.chunk():
            size += len(data)
            if size > limit:
                raise Broken(f"the upstream's reply is larger than {limit} bytes")
            parts.append(data)
        return b"".join(parts)

    async def finish(self) -> None:
        with contextlib.suppress(TimeoutError, Broken):
            async with asyncio.timeout(FINISH):
                while await self._connection.chunk():
                    pass

    def close(self) -> None:
        if self._closed:
            return  # twice in the pool, it would serve two requests at once
        self._closed = True
        if self._connection.reusable:
            self._idle.append(self._connection)
        else:
            self._connection.abort()
