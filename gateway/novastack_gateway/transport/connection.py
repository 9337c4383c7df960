"""One HTTP/1.1 connection to an upstream: an asyncio protocol around httptools' response parser.

Speaks RFC 9112 as far as a client that only POSTs must: one request at a time, informational replies skipped, bodies
delimited by length, chunks or the end of the connection, and reading paused while nobody takes the body.
"""

import asyncio
from collections import deque
from typing import cast

import httptools

from novastack_gateway.errors import Header
from novastack_gateway.transport import Broken

HIGH_WATER = 64 * 1024
MAX_HEADERS = 200
MAX_HEADER_BYTES = 64 * 1024


class Connection(asyncio.Protocol):
    """A connection, and the reply that is arriving on it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[None] | None = None
        self.used = False
        self._reset()

    def _reset(self) -> None:
        self.status = 0
        self.headers: list[Header] = []
        self.head_complete = False
        self.complete = False
        self._keep_alive = False
        self.began = False
        self._error: Exception | None = None
        self._chunks: deque[bytes] = deque()
        self._buffered = 0
        self._header_bytes = 0
        self._unfinished = 0
        self._paused = False

    # What the pool and the reply use.

    @property
    def closed(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    @property
    def reusable(self) -> bool:
        return self.complete and not self.closed and self._keep_alive

    def send(self, data: bytes) -> None:
        """Begin an exchange. The connection must be idle."""
        assert self._transport is not None
        self._reset()
        self._transport.write(data)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def head(self) -> None:
        """Wait for status and headers.

        Raises Broken.
        """
        while not self.head_complete:
            self._check()
            await self._wait()

    async def chunk(self) -> bytes:
        """The next piece of the body; empty at its end.

        Raises Broken.
        """
        while not self._chunks:
            if self.complete:
                return b""
            self._check()
            await self._wait()
        data = b"".join(self._chunks)
        self._chunks.clear()
        self._buffered = 0
        self._resume()
        return data

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, message: str) -> None:
        if self._error is None and not self.complete:
            self._error = Broken(message)
        self._wake()

    def _resume(self) -> None:
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self.complete:
            self.abort()  # bytes that belong to no request: whatever they are, nobody may read them as a reply
            return
        self.began = True
        try:
            self._parser.feed_data(data)
            self._bound_head(len(data))
        except (httptools.HttpParserError, ValueError):
            self._fail("the upstream did not answer in HTTP/1.1")
            self.abort()
        except httptools.HttpParserUpgrade:
            self._fail("the upstream tried to change the protocol")
            self.abort()

    def _bound_head(self, size: int) -> None:
        """The parser hands over a field when it is whole; one that never ends would fill the memory."""
        if not self.head_complete:
            self._unfinished += size
            if self._unfinished > 2 * MAX_HEADER_BYTES:
                raise ValueError("a head without end")

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None and self.head_complete and not self._delimited():
            # RFC 9112 section 6.3, rule 8: without a length or chunks, the end of the connection ends the body.
            self.complete = True
        self._fail("the upstream closed the connection before its reply was complete")
        self._transport = None

    def _delimited(self) -> bool:
        return any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers)

    # httptools

    def on_message_begin(self) -> None:
        if self.complete:
            raise ValueError("a reply that nobody asked for")  # it must not be taken for the rest of this one

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        if self.head_complete:
            return  # RFC 9110 section 6.5.1: a trailer field is not a header
        if len(self.headers) >= MAX_HEADERS or self._header_bytes > MAX_HEADER_BYTES:
            raise ValueError("too many headers")
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        # RFC 9110 section 15.2: a client must skip 1xx replies that it did not ask for.
        if self.status < 200:
            self.headers = []
            return
        self.head_complete = True
        self._wake()

    def on_body(self, data: bytes) -> None:
        self._chunks.append(data)
        self._buffered += len(data)
        if self._buffered > HIGH_WATER and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def on_message_complete(self) -> None:
        if self.head_complete:
            self.complete = True
            self._keep_alive = self._parser.should_keep_alive()  # the parser forgets it with the message
            self._wake()
