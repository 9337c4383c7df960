"""The ASGI twin of the hot routes: the same handler under any ASGI server, and the protocol's differential test.

ASGI cannot say RST, nor write a chunk that is wrong: an abort ends the application with an error after what was
written, which makes uvicorn drop the connection without its last chunk, and so does a fin.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from novastack_simulators.edge.protocol import is_cold
from novastack_simulators.edge.reply import Handler, Headers, Request

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class AbortedError(ConnectionError):
    """The answer was cut on purpose."""


class AsgiReply:
    """Collects what the handler writes; the application sends it on in order."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[MutableMapping[str, Any] | None] = asyncio.Queue()
        self._closed = False
        self._on_close: Callable[[], None] | None = None

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def paused(self) -> bool:
        return False

    def watch(self, on_close: Callable[[], None], _on_resume: Callable[[], None]) -> None:
        self._on_close = on_close

    def start(self, status: int, headers: Headers) -> None:
        self.messages.put_nowait({"type": "http.response.start", "status": status, "headers": list(headers)})

    def write(self, data: bytes) -> None:
        if data:
            self.messages.put_nowait({"type": "http.response.body", "body": data, "more_body": True})

    def end(self) -> None:
        self._closed = True
        self.messages.put_nowait({"type": "http.response.body", "body": b"", "more_body": False})
        self.messages.put_nowait(None)

    def fin(self) -> None:
        self.abort()

    def abort(self) -> None:
        self._closed = True
        self.messages.put_nowait({"type": "abort"})

    def lost(self) -> None:
        if not self._closed:
            self._closed = True
            if self._on_close:
                self._on_close()
        self.messages.put_nowait(None)


def twin(handler: Handler, control: Application, *, max_body_bytes: int) -> Application:
    """An application that answers the hot routes by `handler` and leaves the rest to `control`."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_cold(scope["path"]):
            await control(scope, receive, send)
            return
        request = await _request(scope, receive, max_body_bytes)
        if request is not None:
            await _converse(handler, request, receive, send)

    return application


async def _request(scope: Scope, receive: Receive, limit: int) -> Request | None:
    """The whole request, or None if the client left before its end."""
    body = bytearray()
    more = True
    while more and len(body) <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    oversize = len(body) > limit
    return Request(
        method=scope["method"],
        path=scope["path"],
        headers=tuple((bytes(name), bytes(value)) for name, value in scope["headers"]),
        body=b"" if oversize else bytes(body),
        oversize=oversize,
    )


async def _converse(handler: Handler, request: Request, receive: Receive, send: Send) -> None:
    reply = AsgiReply()
    handler(request, reply)
    watcher = asyncio.ensure_future(_watch(receive, reply))
    try:
        while (message := await reply.messages.get()) is not None:
            if message["type"] == "abort":
                raise AbortedError("cut on purpose")
            await send(message)
    finally:
        watcher.cancel()


async def _watch(receive: Receive, reply: AsgiReply) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    reply.lost()
