"""A handler that fails: no request may kill the process, and no client is left waiting (case LC-04)."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from gateway_upstreams import PATIENCE
from gateway_wire import Wire, chat, get, post

from novastack_gateway.config import GatewayConfig
from novastack_gateway.edge import Handler, Reply, Request, asgi
from novastack_gateway.edge.protocol import edge_protocol
from novastack_gateway.server import Server, listen, url_of


async def _bug(request: Request, reply: Reply) -> None:
    raise RuntimeError("a bug")


async def _bug_after_start(request: Request, reply: Reply) -> None:
    reply.start(200, [(b"content-type", b"text/plain")])
    reply.write(b"half")
    raise RuntimeError("a bug")


async def _no_reply(request: Request, reply: Reply) -> None:
    """Forgets to answer."""


async def _no_end(request: Request, reply: Reply) -> None:
    reply.start(200, [(b"content-type", b"text/plain")])
    reply.write(b"half")


async def _good(request: Request, reply: Reply) -> None:
    reply.send(200, [(b"content-type", b"text/plain")], await request.read(1000))
    reply.write(b"more")
    reply.end()


def under_protocol(handler: Handler) -> dict[str, Any]:
    async def cold(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"cold"})

    return {"app": cold, "http": edge_protocol(lambda method, _: (handler, None) if method == b"POST" else None)}


def under_asgi(handler: Handler) -> dict[str, Any]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asgi.answer(scope, receive, send, handler)

    return {"app": app, "http": "httptools"}


@contextlib.contextmanager
def serving(**members: Any) -> Iterator[str]:
    sock = listen(GatewayConfig(port=0))
    server = Server(uvicorn.Config(**members, ws="none", lifespan="off", log_level="critical", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        yield url_of(sock)
    finally:
        server.stop()
        thread.join(PATIENCE)


PATHS = pytest.mark.parametrize("path", [under_protocol, under_asgi])


@PATHS
@pytest.mark.parametrize("handler", [_bug, _no_reply])
def test_a_bug_before_the_reply_is_a_500(path: Callable[[Handler], dict[str, Any]], handler: Handler) -> None:
    """In OpenAI's shape, without a traceback, and the connection serves the next."""
    with serving(**path(handler)) as url, Wire(url) as wire:
        for _ in range(2):
            wire.send(post(chat()))
            reply = wire.reply()
            assert (500, "server_error") == (reply.status, reply.error["type"])
            assert b"bug" not in reply.body


@PATHS
@pytest.mark.parametrize("handler", [_bug_after_start, _no_end])
def test_a_bug_in_the_reply_cuts_it(path: Callable[[Handler], dict[str, Any]], handler: Handler) -> None:
    """Nobody can take half for the whole: the last chunk is missing."""
    with serving(**path(handler)) as url, Wire(url) as wire:
        wire.send(post(chat()))
        assert not wire.rest().endswith(b"0\r\n\r\n")


@PATHS
def test_after_the_end_every_call_is_harmless(path: Callable[[Handler], dict[str, Any]]) -> None:
    """Nothing more is sent."""
    with serving(**path(_good)) as url, Wire(url) as wire:
        for _ in range(2):
            wire.send(post(b"hello"))
            assert b"hello" == wire.reply().body


def test_cold_and_hot_share_a_connection() -> None:
    """In any order."""
    with serving(**under_protocol(_good)) as url, Wire(url) as wire:
        wire.send(get(b"/"), post(b"hot"), get(b"/"), post(b"again"))
        assert [b"cold", b"hot", b"cold", b"again"] == [wire.reply().body for _ in range(4)]


def test_a_slow_handler_is_cancelled_when_the_server_is_told_twice() -> None:
    """The second signal ends it at once."""
    began: queue.Queue[str] = queue.Queue()

    async def handler(request: Request, reply: Reply) -> None:
        began.put("began")
        await asyncio.Event().wait()

    sock = listen(GatewayConfig(port=0))
    members = under_protocol(handler)
    server = Server(uvicorn.Config(**members, ws="none", lifespan="off", log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    with Wire(url_of(sock)) as wire:
        wire.send(post(chat()))
        began.get(timeout=PATIENCE)
        server.stop()
        server.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()
