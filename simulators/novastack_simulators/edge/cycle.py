"""One hot request on a connection, and the Reply to it: head, chunks, end, reset, in HTTP/1.1 bytes."""

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from typing import Final, Protocol

from novastack_simulators.edge.head import head
from novastack_simulators.edge.reply import Headers, Request

LINGER: Final = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: close() sends RST and drops what is unread
LINE: Final = b"\r\n%b: %b"
CHUNKED: Final = b"\r\ntransfer-encoding: chunked"
CLOSE: Final = b"\r\nconnection: close\r\n\r\n"
END: Final = b"\r\n\r\n"
LAST: Final = b"0\r\n\r\n"
UNSENT: Final = 0x894B  # SIOCOUTQNSD, linux/sockios.h
FLUSH: Final = 0.001
FLUSHES: Final = 200


class Connection(Protocol):
    """What a cycle needs of the protocol that owns it."""

    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop

    def on_response_complete(self) -> None: ...

    def common_headers(self) -> list[tuple[bytes, bytes]]: ...


class NoEvent:
    """Nobody waits for the body of a hot request: it is answered when it is complete."""

    def set(self) -> None: ...


def unsent(transport: asyncio.Transport) -> int:
    """How many bytes the system has taken and not sent: many small writes wait for the peer's acknowledgements."""
    if sys.platform != "linux":
        return 0
    import fcntl  # noqa: PLC0415 - not to be had on Windows

    try:
        answer = fcntl.ioctl(transport.get_extra_info("socket").fileno(), UNSENT, bytes(4))
    except (OSError, ValueError):  # there is no socket under it, or none any more
        return 0
    return int.from_bytes(answer, sys.byteorder)


class HotCycle:
    """A request being read and answered inside the protocol.

    Its slots: there is one for each request, and a thousand of them wait at once.

    uvicorn's own cycle has `response_complete`, `disconnected`, `keep_alive` and `message_event`; the parent class
    reads and writes them on whatever cycle is the connection's latest, so they are here by those names.
    """

    __slots__ = (
        "_bodyless", "_chunked", "_connection", "_head", "_on_close", "_on_resume", "arrived", "body", "continues",
        "disconnected", "keep_alive", "paused", "request", "response_complete", "turn",
    )  # fmt: skip
    message_event: Final = NoEvent()

    def __init__(self, connection: Connection, request: Request, *, version: str, keep_alive: bool) -> None:
        self.request = request
        self.body: bytes | bytearray = b""
        self.arrived = False
        self.turn = False
        self.continues = False
        self.response_complete = False
        self.disconnected = False
        self.keep_alive = keep_alive
        self.paused = False
        self._connection = connection
        self._chunked = version == "1.1"
        # RFC 9110, 9.3.2: the answer to HEAD has the same head and no body.
        self._bodyless = request.method == "HEAD"
        self._head = b""
        self._on_close: Callable[[], None] | None = None
        self._on_resume: Callable[[], None] | None = None

    @property
    def closed(self) -> bool:
        return self.response_complete or self.disconnected

    def take(self, body: bytes) -> None:
        """A piece of the body; most come in one, and many are not copied again with each."""
        if not self.body:
            self.body = body
        elif isinstance(self.body, bytearray):
            self.body += body
        else:
            self.body = bytearray(self.body) + body

    def watch(self, on_close: Callable[[], None], on_resume: Callable[[], None]) -> None:
        self._on_close, self._on_resume = on_close, on_resume

    def start(self, status: int, headers: Headers) -> None:
        """The head is kept until the first write, so that both go out together."""
        lines, layout = head(status, headers)
        for field in self._connection.common_headers():
            if field[0] not in layout.names:
                lines += LINE % field
        # RFC 9112, 7.1: chunks for a body of unknown length; 6.3: without either, the close ends the body.
        if layout.told:
            self._chunked = False
        elif self._chunked:
            lines += CHUNKED
        else:
            self.keep_alive = False
        self._head = lines + (END if self.keep_alive else CLOSE)

    def write(self, data: bytes) -> None:
        if self.response_complete or self.disconnected:
            return
        if self._bodyless or not data:
            data = b""
        elif self._chunked:
            data = b"%x\r\n%b\r\n" % (len(data), data)
        if self._head:
            data, self._head = self._head + data, b""
        self._send(data)

    def _send(self, data: bytes) -> None:
        if data and not self._connection.transport.is_closing():
            self._connection.transport.write(data)

    def end(self) -> None:
        if self.response_complete or self.disconnected:
            return
        last = LAST if self._chunked and not self._bodyless else b""
        if self._head or last:
            self._send(self._head + last)
        self.response_complete = True
        if not self.keep_alive and self.arrived:
            self._connection.transport.close()
        self._connection.on_response_complete()

    def fin(self) -> None:
        if self.closed:
            return
        self._send(self._head)
        self._head = b""
        self.response_complete = True
        self._connection.transport.close()

    def abort(self) -> None:
        if not self.closed:
            self.response_complete = True
            self._reset(FLUSHES)

    def _reset(self, tries: int) -> None:
        """A reset drops what still waits in a buffer, ours or the system's, so wait (a bounded time) until it has gone."""
        transport = self._connection.transport
        if tries and not transport.is_closing() and (transport.get_write_buffer_size() or unsent(transport)):
            self._connection.loop.call_later(FLUSH, self._reset, tries - 1)
            return
        if not transport.is_closing():
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        transport.abort()

    def lost(self) -> None:
        """The client has left."""
        if self.closed:
            return
        self.disconnected = True
        if self._on_close:
            self._on_close()

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False
        if self._on_resume and not self.closed:
            self._on_resume()
