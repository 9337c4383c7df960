"""The connection from a caller: its requests, read by httptools, and the bytes that go back."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Final, cast

import httptools

from novastack_simulators.tapes.recorder.asked import Asked
from novastack_simulators.tapes.recorder.far import Nanos
from novastack_simulators.tapes.recorder.head import LONGEST as HEAD
from novastack_simulators.tapes.recorder.head import Header

LONGEST: Final = 64 * 1024 * 1024
HIGH_WATER: Final = 1024 * 1024
PIPELINE: Final = 100
FLUSH: Final = 2.0
"""Seconds that what was written may take to leave before a connection is reset."""
LINGER: Final = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: close() sends RST


class Caller(asyncio.Protocol):
    """One connection. `serve` starts a task for it, which is cancelled when the caller leaves.

    `busy` while a request is being answered.
    """

    def __init__(self, clock: Nanos, serve: Callable[["Caller"], "asyncio.Task[None]"]) -> None:
        self.busy = False
        self._clock = clock
        self._serve = serve
        self._parser = httptools.HttpRequestParser(self)
        self._requests: asyncio.Queue[Asked] = asyncio.Queue()
        self._writable = asyncio.Event()
        self._transport: asyncio.Transport | None = None
        self._head = 0
        self._reset()

    def _reset(self) -> None:
        self._target = b""
        self._headers: list[Header] = []
        self._headed = False
        self._body = bytearray()

    # What the talk uses

    async def next(self) -> Asked:
        """The next request, when all of it is there."""
        return await self._requests.get()

    def write(self, data: bytes) -> None:
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    @property
    def paused(self) -> bool:
        """The caller reads more slowly than the endpoint writes."""
        return not self._writable.is_set()

    async def drained(self) -> None:
        await self._writable.wait()

    def refuse(self, status: int, phrase: str, text: str) -> None:
        """An answer of the recorder's own, and the end."""
        body = text.encode() + b"\n"
        head = f"HTTP/1.1 {status} {phrase}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}"
        self.write(head.encode() + b"\r\nConnection: close\r\n\r\n" + body)
        self.close()

    def close(self) -> None:
        """Ends after what was written (TCP FIN)."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Ends at once."""
        if self._transport is not None:
            self._transport.abort()

    async def reset(self) -> None:
        """Resets the connection (TCP RST) once what was written has left, or after a bounded time."""
        transport = self._transport
        if transport is None:
            return
        transport.set_write_buffer_limits(high=0)
        if transport.get_write_buffer_size():
            self._writable.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH):
                await self._writable.wait()
        if not transport.is_closing():
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=HIGH_WATER)
        self._writable.set()
        self._task = self._serve(self)

    def data_received(self, data: bytes) -> None:
        self._head += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._reject(501, "Not Implemented", "the recorder speaks HTTP/1.1 and changes to no other protocol")
        except httptools.HttpParserError as error:
            self._reject(400, "Bad Request", f"the recorder cannot read the request: {error}")
        if self._head > HEAD:
            self._reject(431, "Request Header Fields Too Large", f"a head may have {HEAD} bytes")

    def _reject(self, status: int, phrase: str, text: str) -> None:
        """What waits is not answered any more. A refusal in the middle of an answer would be read as a part of it."""
        while not self._requests.empty():
            self._requests.get_nowait()
        if self.busy:
            self.abort()
        else:
            self.refuse(status, phrase, text)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the signature is asyncio's
        self._transport = None
        self._task.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # httptools

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # RFC 9110, 6.5.1: a trailer is no header; the endpoint gets the body with its length, and so none.
        if not self._headed:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._head, self._headed = 0, True
        if any(name.lower() == b"expect" for name, _ in self._headers) and not self.busy:
            # RFC 9110, 10.1.1: the caller waits for this before it sends the body.
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, data: bytes) -> None:
        self._head = 0
        self._body += data
        if len(self._body) > LONGEST:
            self._reject(413, "Content Too Large", f"a body may have {LONGEST} bytes")

    def on_message_complete(self) -> None:
        asked = Asked(
            method=self._parser.get_method().decode("latin-1"),
            target=self._target,
            version=self._parser.get_http_version(),
            headers=tuple(self._headers),
            body=bytes(self._body),
            arrived=self._clock(),
        )
        self._reset()
        self._requests.put_nowait(asked)
        if self._requests.qsize() > PIPELINE:
            self._reject(429, "Too Many Requests", f"{PIPELINE} requests may wait for the one before them")
