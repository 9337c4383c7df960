"""The transport of tests keeps what the real one promises."""

import asyncio

import pytest
from gateway_asks import stream_reply

from novastack_gateway.transport import Broken, UpstreamReply, UpstreamRequest
from novastack_gateway.transport.memory import MemoryReply, MemoryTransport


def test_pieces_come_one_by_one_and_then_the_end() -> None:
    """Or the failure that was asked for."""

    async def run() -> None:
        reply = stream_reply(b"a", b"b", fails=Broken("cut"))
        assert [b"a", b"b"] == [await reply.chunk(), await reply.chunk()]
        with pytest.raises(Broken, match="cut"):
            await reply.chunk()
        assert b"" == await MemoryReply().chunk()

    asyncio.run(run())


def test_a_reply_may_be_too_long() -> None:
    """As over the network."""
    with pytest.raises(Broken, match="larger than 1 bytes"):
        asyncio.run(MemoryReply(pieces=[b"ab"]).read(1))


def test_requests_are_remembered() -> None:
    """In their order."""

    async def upstream(_: UpstreamRequest) -> UpstreamReply:
        return MemoryReply()

    transport = MemoryTransport(upstream)
    requests = [UpstreamRequest(path, (), b"") for path in (b"/a", b"/b")]
    for request in requests:
        asyncio.run(transport.send(request))
    assert requests == transport.requests
