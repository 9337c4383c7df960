"""Connections that are kept, replaced or ended; replies that nobody wants any more."""

import asyncio
import contextlib

import pytest
from gateway_talks import (
    CHUNKED,
    LIMIT,
    OK,
    REQUEST,
    Handler,
    Upstream,
    always,
    expecting,
    failing,
    talk,
    turn,
    whole,
)

from novastack_gateway.transport import Broken, UpstreamReply
from novastack_gateway.transport.network import NetworkTransport


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
