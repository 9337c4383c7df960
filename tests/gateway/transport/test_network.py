"""The upstream side over real sockets, against servers that break the rules (issue 2, "Transport"; RFC 9112)."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable

import pytest

from novastack_gateway.transport import Broken, TooSlow, TransportError, Unreachable, UpstreamReply, UpstreamRequest
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


def test_the_request_on_the_wire() -> None:
    """The base URL's path in front, one host, one content-length, and no credentials of the URL."""
    upstream = talk(always(OK), expecting(b"{}"), prefix="/compatible-mode/v1/")
    head, _, body = upstream.requests[0].partition(b"\r\n\r\n")
    start, host, *headers = head.split(b"\r\n")
    assert b"POST /compatible-mode/v1/chat HTTP/1.1" == start
    assert host.startswith(b"host: 127.0.0.1:")
    assert [b"content-type: application/json", b"x-a: 1", b"content-length: 7"] == headers
    assert REQUEST.body == body
    assert b"word" not in head


def test_a_connection_is_used_again() -> None:
    """Three requests, one after the other."""
    assert 1 == talk(always(OK), expecting(b"{}", times=3)).connections


@pytest.mark.parametrize(
    "reply",
    [
        OK.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"),
        OK.replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
)
def test_a_connection_that_will_close_is_not_used_again(reply: bytes) -> None:
    """The reply says so, or is of HTTP/1.0."""
    assert 2 == talk(always(reply, close=True), expecting(b"{}", times=2)).connections


def test_two_at_once_are_two_connections() -> None:
    """And both are kept."""

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        assert [b"{}", b"{}"] == await asyncio.gather(whole(transport), whole(transport))
        assert 2 == len(transport._idle)

    assert 2 == talk(always(OK), client).connections


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        (CHUNKED + b"3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n", b"abcde"),
        (CHUNKED + b"3\r\nabc\r\n0\r\nAuthorization: x\r\nX-T: y\r\n\r\n", b"abc"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + OK, b"{}"),
        (b"HTTP/1.1 200\r\ncontent-length: 2\r\n\r\n{}", b"{}"),
    ],
)
def test_well_formed_replies(reply: bytes, body: bytes) -> None:
    """Chunks, trailers, informational replies before the real one; the connection stays usable."""
    assert 1 == talk(always(reply), expecting(body, times=2)).connections


def test_any_cut_of_a_reply_is_the_same_reply() -> None:
    """Byte by byte."""
    reply = CHUNKED + b"3\r\nabc\r\n0\r\nx-t: y\r\n\r\n"
    talk(always(*(reply[at : at + 1] for at in range(len(reply)))), expecting(b"abc", times=2))


def test_a_body_may_end_with_the_connection() -> None:
    """RFC 9112 section 6.3, rule 8."""
    talk(always(b"HTTP/1.1 200 OK\r\n\r\n", b"abc", b"def", close=True), expecting(b"abcdef"))


def test_trailers_do_not_become_headers() -> None:
    """RFC 9110 section 6.5.1."""

    async def client(transport: NetworkTransport, _: Upstream) -> None:
        reply = await transport.send(REQUEST)
        await reply.read(LIMIT)
        assert [(b"transfer-encoding", b"chunked")] == reply.headers
        reply.close()

    talk(always(CHUNKED + b"0\r\nx-evil: 1\r\n\r\n"), client)


def test_informational_headers_are_not_the_replys() -> None:
    """What 103 said is forgotten."""

    async def client(transport: NetworkTransport, _: Upstream) -> None:
        reply = await transport.send(REQUEST)
        assert [(b"content-length", b"2")] == reply.headers
        reply.close()

    talk(always(b"HTTP/1.1 103 Early Hints\r\nx-early: 1\r\n\r\n" + OK), client)


@pytest.mark.parametrize(
    "reply",
    [
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"\x16\x03\x01\x02\x00",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na: b\x00c\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n",
        CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n",
        CHUNKED + b"3\r\nabcdef\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nabc",
    ],
)
def test_what_is_not_http_is_broken(reply: bytes) -> None:
    """Garbage, wrong lengths, wrong chunks, another protocol: the connection is not used again."""
    talk(always(reply), failing(Broken, "HTTP|protocol"))


@pytest.mark.parametrize(
    "head",
    [
        b"".join(b"x-%d: y\r\n" % number for number in range(300)),
        b"x: " + b"y" * 70_000 + b"\r\n",
        b"".join(b"x-%d: %b\r\n" % (number, b"y" * 1000) for number in range(100)),
    ],
)
def test_too_many_headers_are_broken(head: bytes) -> None:
    """In number or in size."""
    talk(always(b"HTTP/1.1 200 OK\r\n" + head + b"content-length: 2\r\n\r\n{}"), failing(Broken, "HTTP"))


def test_a_header_without_end_is_broken() -> None:
    """The parser hands a field over when it is whole; one that never is must not fill the memory."""

    async def handler(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upstream.read(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nx: ")
        while not writer.is_closing():
            writer.write(b"y" * 65536)
            await writer.drain()

    talk(handler, failing(Broken, "HTTP"), first=3.0)


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 O",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc",
        CHUNKED + b"3\r\nabc\r\n",
        CHUNKED + b"3\r\nab",
        CHUNKED + b"3\r\nabc\r\n0\r\n",
    ],
)
def test_a_cut_is_broken(reply: bytes) -> None:
    """Before the head, in it, in the body, in a chunk, and before the last chunk has ended."""
    talk(always(reply, close=True), failing(Broken, "closed the connection"))


def test_a_reset_is_broken() -> None:
    """As a cut is."""

    async def handler(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upstream.read(reader)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nabc")
        await writer.drain()
        writer.transport.abort()

    async def client(transport: NetworkTransport, _: Upstream) -> None:
        with pytest.raises(Broken):
            await whole(transport)

    talk(handler, client)


def test_what_came_before_a_cut_is_given_out() -> None:
    """A stream's last words are worth reading."""

    async def client(transport: NetworkTransport, _: Upstream) -> None:
        reply = await transport.send(REQUEST)
        assert b"abc" == await reply.chunk()
        with pytest.raises(Broken):
            await reply.chunk()
        reply.close()

    talk(always(CHUNKED + b"3\r\nabc\r\n", close=True), client)


def test_nobody_listens() -> None:
    """Nothing was sent, and the error says so."""

    async def client() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        transport = NetworkTransport(f"http://127.0.0.1:{port}", connect=1, first_byte=1, between_bytes=1)
        with pytest.raises(Unreachable):
            await transport.send(REQUEST)

    asyncio.run(client())


async def _silent(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await upstream.read(reader)
    await reader.read()
    upstream.lost.set()


def test_a_silent_upstream_is_too_slow_and_is_left() -> None:
    """The connection ends with the wait."""

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        with pytest.raises(TooSlow, match="begin"):
            await transport.send(REQUEST)
        await upstream.lost.wait()

    talk(_silent, client, first=0.05)


def test_a_head_that_drips_is_too_slow() -> None:
    """The time is for the whole head, not for each byte."""

    async def handler(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upstream.read(reader)
        for byte in b"HTTP/1.1 200 OK\r\n" * 1000:
            writer.write(bytes([byte]))
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(upstream.stop.wait(), 0.01)

    talk(handler, failing(TooSlow, "begin"), first=0.1)


def test_a_body_that_stalls_is_too_slow() -> None:
    """What had come before is still given out."""

    async def handler(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upstream.read(reader)
        writer.write(CHUNKED + b"3\r\nabc\r\n")
        await reader.read()
        upstream.lost.set()

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        reply = await transport.send(REQUEST)
        assert b"abc" == await reply.chunk()
        with pytest.raises(TooSlow, match="middle"):
            await reply.chunk()
        reply.close()
        await upstream.lost.wait()

    talk(handler, client, between=0.05)


def stale(answer_first: bytes, on_second: Handler) -> Handler:
    """Serves one request well; the next on the same connection meets `on_second`; further connections are well."""

    async def handler(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upstream.read(reader)
        writer.write(answer_first)
        if upstream.connections == 1 and await upstream.read(reader):
            await on_second(upstream, reader, writer)

    return handler


async def _hang_up(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _begin_and_hang_up(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 2")
    await writer.drain()


def test_a_kept_connection_that_was_closed_is_replaced_once() -> None:
    """RFC 9112 section 9.3.1: not one byte of a reply came, so the request is sent again on a new connection."""
    upstream = talk(stale(OK, _hang_up), expecting(b"{}", times=2))
    assert (2, 3) == (upstream.connections, len(upstream.requests))


def test_a_reply_that_had_begun_is_not_asked_for_again() -> None:
    """The upstream has worked on it."""

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        await whole(transport)
        with pytest.raises(Broken):
            await whole(transport)

    assert 2 == len(talk(stale(OK, _begin_and_hang_up), client).requests)


def test_an_upstream_that_worked_for_a_while_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an idle connection's end shows at once; later, the request may have been carried out."""
    monkeypatch.setattr("novastack_gateway.transport.network.STALE", -1.0)

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        await whole(transport)
        with pytest.raises(Broken):
            await whole(transport)

    assert 2 == len(talk(stale(OK, _hang_up), client).requests)


def test_a_new_connection_that_is_closed_is_not_asked_again() -> None:
    """It was not stale."""
    assert 1 == len(talk(always(b"", close=True), failing(Broken, "closed")).requests)


@pytest.mark.parametrize("second", [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil", b"\r\nrubbish"])
@pytest.mark.parametrize("apart", [True, False])
def test_bytes_that_nobody_asked_for_are_nobodys_reply(second: bytes, apart: bool) -> None:
    """With the reply or after it: the first reply is whole, the connection is not used again."""
    pieces = (OK, second) if apart else (OK + second,)

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        for _ in range(3):
            assert b"{}" == await whole(transport)

    talk(always(*pieces), client)


def test_a_reply_longer_than_allowed_is_broken() -> None:
    """And read no further."""

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        reply = await transport.send(REQUEST)
        with pytest.raises(Broken, match="larger than 100 bytes"):
            await reply.read(100)
        reply.close()
        assert [] == transport._idle

    talk(always(b"HTTP/1.1 200 OK\r\ncontent-length: 300\r\n\r\n" + b"x" * 200), client)


def test_a_reply_closed_early_ends_the_connection() -> None:
    """The upstream hears at once that nobody listens."""

    async def handler(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upstream.read(reader)
        writer.write(CHUNKED + b"3\r\nabc\r\n")
        with contextlib.suppress(ConnectionError):
            await reader.read()
        upstream.lost.set()

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        reply = await transport.send(REQUEST)
        await reply.chunk()
        reply.close()
        reply.close()
        await upstream.lost.wait()

    talk(handler, client)


def test_a_reply_closed_twice_is_pooled_once() -> None:
    """Else two requests would share a connection."""

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        reply = await transport.send(REQUEST)
        await reply.read(LIMIT)
        reply.close()
        reply.close()
        assert 1 == len(transport._idle)

    talk(always(OK), client)


@pytest.mark.parametrize("begun", [False, True])
def test_cancellation_closes_the_socket(begun: bool) -> None:
    """While waiting for the head, and in the body."""

    async def handler(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upstream.read(reader)
        if begun:
            writer.write(CHUNKED + b"3\r\nabc\r\n")
        upstream.stop.set()
        with contextlib.suppress(ConnectionError):
            await reader.read()
        upstream.lost.set()

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        task = asyncio.ensure_future(whole(transport))
        await upstream.stop.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await upstream.lost.wait()

    talk(handler, client)


def test_reading_pauses_while_nobody_takes_the_body() -> None:
    """An upstream cannot push more than the buffers hold (case STR-06)."""
    piece, count = b"x" * 65536, 800

    async def handler(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upstream.read(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (len(piece) * count))
        for _ in range(count):
            writer.write(piece)
            await asyncio.wait_for(writer.drain(), 5)

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        reply = await transport.send(REQUEST)
        connection = reply._connection  # type: ignore[attr-defined]
        while not connection._paused:
            await turn()
        assert connection._buffered < 1_000_000
        assert len(piece) * count == len(await reply.read(len(piece) * count))
        reply.close()

    talk(handler, client)


def test_finish_waits_for_the_end_of_the_body() -> None:
    """So that the connection can be used again."""

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        reply = await transport.send(REQUEST)
        assert b"abc" == await reply.chunk()
        await reply.finish()
        reply.close()
        assert 1 == len(transport._idle)

    talk(always(CHUNKED + b"3\r\nabc\r\n", b"0\r\n\r\n"), client)


def test_finish_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that goes on is left."""
    monkeypatch.setattr("novastack_gateway.transport.network.FINISH", 0.05)

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        reply: UpstreamReply = await transport.send(REQUEST)
        await reply.finish()
        reply.close()
        assert [] == transport._idle

    talk(always(CHUNKED + b"3\r\nabc\r\n"), client)


def test_close_ends_the_idle_connections() -> None:
    """The upstream sees it."""

    async def handler(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await always(OK)(upstream, reader, writer)
        upstream.lost.set()

    async def client(transport: NetworkTransport, upstream: Upstream) -> None:
        await whole(transport)
        transport.close()
        await upstream.lost.wait()

    talk(handler, client)
