"""The upstream side over real sockets, as RFC 9112 asks of a client."""

import asyncio

import pytest
from gateway_talks import (
    CHUNKED,
    LIMIT,
    OK,
    REQUEST,
    Upstream,
    always,
    expecting,
    talk,
    whole,
)

from novastack_gateway.transport.network import NetworkTransport


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
