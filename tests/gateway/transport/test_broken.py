"""Servers that break the rules, hang up or fall silent: every failure has its name, and its connection ends."""

import asyncio
import contextlib
import socket
import struct

import pytest
from gateway_talks import (
    CHUNKED,
    REQUEST,
    Upstream,
    always,
    failing,
    talk,
    whole,
)

from novastack_gateway.transport import Broken, TooSlow, Unreachable
from novastack_gateway.transport.network import NetworkTransport


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
