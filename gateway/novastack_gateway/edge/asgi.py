"""The ASGI twin of the edge: the same pipeline under any ASGI server, and the differential test of the protocol path."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Final

from novastack_gateway.edge.reply import Handler, Request, announced, give_up
from novastack_gateway.errors import Header, too_large

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_HIGH_WATER: Final = 16


class AsgiReply:
    """Queues what the pipeline writes; `pump` sends it in order."""

    def __init__(self) -> None:
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()
        self.started = False
        self.closed = False

    def start(self, status: int, headers: Sequence[Header]) -> None:
        self.started = True
        self._put({"type": "http.response.start", "status": status, "headers": list(headers)})

    def write(self, data: bytes) -> None:
        self._put({"type": "http.response.body", "body": data, "more_body": True})

    def end(self) -> None:
        self._put({"type": "http.response.body", "body": b"", "more_body": False})
        self._close()

    def send(self, status: int, headers: Sequence[Header], body: bytes) -> None:
        self.start(status, [*headers, (b"content-length", b"%d" % len(body))])
        self._put({"type": "http.response.body", "body": body, "more_body": False})
        self._close()

    def abort(self) -> None:
        self._close()

    async def drain(self) -> None:
        if self._messages.qsize() > _HIGH_WATER:
            await self._messages.join()

    def _put(self, message: Message) -> None:
        if not self.closed:
            self._messages.put_nowait(message)

    def _close(self) -> None:
        self.closed = True
        self._messages.put_nowait(None)

    async def pump(self, send: Send) -> None:
        while (message := await self._messages.get()) is not None:
            await send(message)
            self._messages.task_done()


class _Body:
    """The body of an ASGI request, and the news that the client has left."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive

    async def read(self, limit: int) -> bytes:
        body = bytearray()
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise asyncio.CancelledError  # what has come is not the whole, and nobody waits for an answer
            body += message.get("body", b"")
            if len(body) > limit:
                raise too_large(limit)
            more = message.get("more_body", False)
        return bytes(body)

    async def left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def answer(scope: Message, receive: Receive, send: Send, handler: Handler) -> None:
    """Answer one ASGI request with `handler`; it is cancelled when the client leaves."""
    body = _Body(receive)
    reply = AsgiReply()
    read = asyncio.Event()

    async def read_body(limit: int) -> bytes:
        if announced(scope["headers"]) > limit:
            raise too_large(limit)
        data = await body.read(limit)
        read.set()
        return data

    async def watch() -> None:
        await read.wait()
        await body.left()

    path_upstream = scope.get("path_params", {}).get("upstream")
    request = Request(scope["method"], scope["path"], list(scope["headers"]), read_body, path_upstream)
    work = asyncio.ensure_future(handler(request, reply))
    pump = asyncio.ensure_future(reply.pump(send))
    gone = asyncio.ensure_future(watch())
    try:
        await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
        if work.done() and not work.cancelled():
            if not reply.closed:
                give_up(reply, work.exception())
            await pump
    finally:
        for task in (work, pump, gone):
            task.cancel()
        await asyncio.gather(work, pump, gone, return_exceptions=True)
