"""A hot request and its reply on one connection: it stands where uvicorn's request-response cycle would.

uvicorn looks at `response_complete`, `disconnected`, `message_event` and `keep_alive`; the pipeline at `Request` and
`Reply`.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from novastack_gateway.edge.reply import Handler, Request, announced, give_up
from novastack_gateway.errors import Header, Problem, too_large

if TYPE_CHECKING:
    from novastack_gateway.edge.protocol import EdgeProtocol

_READ_AHEAD: Final = 256 * 1024


class _NoEvent:
    """uvicorn sets an event when the client leaves; the pipeline is cancelled instead."""

    def set(self) -> None:
        """Nobody waits."""


class HotCycle:
    """Reads one request's body and writes its reply."""

    message_event = _NoEvent()

    def __init__(
        self, protocol: "EdgeProtocol", method: bytes, path: bytes, handler: Handler, path_upstream: str | None
    ) -> None:
        self._protocol = protocol
        self._handler = handler
        self._headers: list[Header] = protocol.headers
        self._request = Request(
            method.decode("ascii"), path.decode("latin-1"), self._headers, self._read_body, path_upstream
        )
        self._expects_continue = protocol.expect_100_continue
        self.http_1_0 = protocol.parser.get_http_version() == "1.0"
        # An HTTP/1.0 client counts on the close unless it is told otherwise; as uvicorn does.
        self.keep_alive = not self.http_1_0 and protocol.parser.should_keep_alive()
        self.task: asyncio.Task[None] | None = None
        self._body = bytearray()
        self._whole = False
        self._refused = False
        self._broken: Problem | None = None
        self._waiter: asyncio.Future[None] | None = None
        self.started = False
        self.response_complete = False
        self.disconnected = False

    async def run(self) -> None:
        """Let the handler answer; whatever it does, the connection ends up in a defined state."""
        try:
            await self._handler(self._request, self)
        except asyncio.CancelledError:
            if not self.disconnected:
                raise
        except Exception as error:  # noqa: BLE001 - no request may kill the process, whatever it meets
            give_up(self, error)
        else:
            if not self.response_complete:
                give_up(self, None)

    # The request.

    def receive(self, data: bytes) -> None:
        if self._refused or self.response_complete:
            return
        self._body += data
        if len(self._body) > _READ_AHEAD and self._waiter is None:
            self._protocol.flow.pause_reading()
        self._wake()

    def received(self) -> None:
        self._whole = True
        self._wake()

    @property
    def whole(self) -> bool:
        """The body has arrived."""
        return self._whole

    def break_off(self, problem: Problem) -> None:
        """What came is no continuation of the body: whoever reads it is told."""
        self._broken = problem
        self._wake()

    async def _read_body(self, limit: int) -> bytes:
        if announced(self._headers) > limit:
            raise self._too_large(limit)
        if self._expects_continue:
            # RFC 9110 section 10.1.1: the client waits for this before it sends its body.
            self._protocol.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not self._whole:
            if self._broken is not None:
                raise self._broken
            if len(self._body) > limit:
                raise self._too_large(limit)
            self._waiter = self._protocol.loop.create_future()
            self._protocol.flow.resume_reading()
            await self._waiter
        if len(self._body) > limit:
            raise self._too_large(limit)
        return bytes(self._body)

    def _too_large(self, limit: int) -> Exception:
        self._refused = True
        self._body.clear()
        return too_large(limit)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # The reply.

    @property
    def closed(self) -> bool:
        return self.disconnected or self.response_complete

    def start(self, status: int, headers: Sequence[Header]) -> None:
        if self.closed:
            return
        self.started = True
        if self.http_1_0:
            self.keep_alive = False  # HTTP/1.0 knows no chunks: the end of the connection ends the body
            self._write_head(status, headers, b"")
        else:
            self._write_head(status, headers, b"transfer-encoding: chunked\r\n")

    def write(self, data: bytes) -> None:
        if not data or self.closed:
            return
        self._protocol.transport.write(data if self.http_1_0 else b"%x\r\n%b\r\n" % (len(data), data))

    def end(self) -> None:
        if self.closed:
            return
        if not self.http_1_0:
            self._protocol.transport.write(b"0\r\n\r\n")
        self._complete()

    def send(self, status: int, headers: Sequence[Header], body: bytes) -> None:
        if self.closed:
            return
        self.started = True
        self._write_head(status, headers, b"content-length: %d\r\n" % len(body), body)
        self._complete()

    def abort(self) -> None:
        self.response_complete = True
        self._protocol.transport.abort()

    async def drain(self) -> None:
        if self._protocol.flow.write_paused and not self.closed:
            await self._protocol.flow.drain()

    def leave(self) -> None:
        """The client has gone: the handler is cancelled, wherever it waits."""
        if not self.response_complete:
            self.disconnected = True
            if self.task is not None:
                self.task.cancel()

    def _write_head(self, status: int, headers: Sequence[Header], length: bytes, body: bytes = b"") -> None:
        if not self._whole:
            self.keep_alive = False  # the rest of the body would be read as the next request
        parts = [STATUS_LINE[status]]
        parts += [b"%b: %b\r\n" % header for header in self._protocol.server_state.default_headers]
        parts += [b"%b: %b\r\n" % header for header in headers]
        if not self.keep_alive:
            parts.append(b"connection: close\r\n")
        parts += [length, b"\r\n", body]
        self._protocol.transport.write(b"".join(parts))

    def _complete(self) -> None:
        self.response_complete = True
        protocol = self._protocol
        if not self._whole:
            protocol.linger()
            return
        if not self.keep_alive:
            protocol.transport.close()
        protocol.on_response_complete()
