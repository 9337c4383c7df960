"""Talks between the transport and servers that do as they are told, all in one loop."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest

from novastack_gateway.transport import TransportError, UpstreamRequest
from novastack_gateway.transport.network import NetworkTransport

REQUEST = UpstreamRequest(b"/chat", ((b"content-type", b"application/json"), (b"x-a", b"1")), b'{"q":1}')
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
LIMIT = 10_000_000

Handler = Callable[["Upstream", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Client = Callable[[NetworkTransport, "Upstream"], Awaitable[None]]


class Upstream:
    """What the server saw."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.lost = asyncio.Event()
        self.stop = asyncio.Event()

    async def read(self, reader: asyncio.StreamReader) -> bool:
        """One request of ours; whether there was one."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head + await reader.readexactly(len(REQUEST.body)))
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return False
        return True


async def turn() -> None:
    """Let the loop turn once."""
    done = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(done.set_result, None)
    await done


def talk(handler: Handler, client: Client, *, prefix: str = "", first: float = 1.0, between: float = 1.0) -> Upstream:
    """Run a client against a server whose every connection is served by `handler`."""

    async def run() -> Upstream:
        upstream = Upstream()
        serving: list[tuple[asyncio.Task[None], asyncio.StreamWriter]] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            upstream.connections += 1
            task = asyncio.current_task()
            assert task is not None
            serving.append((task, writer))
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await handler(upstream, reader, writer)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://user:word@127.0.0.1:{server.sockets[0].getsockname()[1]}{prefix}"
        transport = NetworkTransport(url, connect=1.0, first_byte=first, between_bytes=between)
        try:
            async with asyncio.timeout(10):
                await client(transport, upstream)
        finally:
            transport.close()
            server.close()
            for task, writer in serving:
                task.cancel()
                writer.transport.abort()
            await asyncio.gather(*(task for task, _ in serving), return_exceptions=True)
            await turn()
        return upstream

    return asyncio.run(run())


def always(*pieces: bytes, close: bool = False) -> Handler:
    """Answer every request with the same bytes."""

    async def handler(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await upstream.read(reader):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            if close:
                return

    return handler


def expecting(body: bytes, *, times: int = 1) -> Client:
    async def client(transport: NetworkTransport, _: Upstream) -> None:
        for _ in range(times):
            reply = await transport.send(REQUEST)
            assert (200, body) == (reply.status, await reply.read(LIMIT))
            reply.close()

    return client


async def whole(transport: NetworkTransport) -> bytes:
    reply = await transport.send(REQUEST)
    try:
        return await reply.read(LIMIT)
    finally:
        reply.close()


def failing(error: type[TransportError], match: str) -> Client:
    async def client(transport: NetworkTransport, _: Upstream) -> None:
        with pytest.raises(error, match=match):
            await whole(transport)
        assert [] == transport._idle

    return client
