"""The ASGI twin under plain uvicorn answers as the protocol path does: the same requests, the same answers."""

import asyncio
import json
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from gateway_upstreams import PATIENCE, Asked, Upstream
from gateway_wire import KEY, Answer, Lab, chat, chunked, lab_config, post

from novastack_gateway.edge import Reply, Request, asgi
from novastack_gateway.exchange import Exchange
from novastack_gateway.server import Server, build, listen, url_of

FIRST = b'data: {"choices":[]}\n\n'
DONE = b"data: [DONE]\n\n"
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer " + KEY.encode() + b"\r\n"


@pytest.fixture(scope="module")
def shared_twin(shared_lab: Lab) -> Iterator[Lab]:
    """A second gateway, before the same upstreams, in a server that knows nothing of our protocol."""
    exchanges: queue.Queue[Exchange] = queue.Queue()
    config = lab_config(shared_lab.plain.url, shared_lab.claude.url)
    gateway, sock = build(config, log=exchanges.put), listen(config)
    server = Server(uvicorn.Config(gateway.app, http="httptools", ws="none", lifespan="off", log_level="critical"))

    async def serve() -> None:
        await server.serve(sockets=[sock])
        gateway.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    yield Lab(url_of(sock), shared_lab.plain, shared_lab.claude, exchanges)
    server.stop()
    thread.join(PATIENCE)


@pytest.fixture
def twin(shared_twin: Lab, lab: Lab) -> Lab:
    shared_twin.reset()
    return shared_twin


def refuse(asked: Asked) -> None:
    asked.reply(b'{"error":{"message":"no"}}', status=400)


def stream(asked: Asked) -> None:
    asked.stream(FIRST, DONE)


def cut(asked: Asked) -> None:
    asked.stream(FIRST, end=False)
    asked.connection.close()


def silent(asked: Asked) -> None:
    asked.hung_up()


def message(asked: Asked) -> None:
    usage = {"input_tokens": 1, "output_tokens": 2}
    content = [{"type": "text", "text": "hello"}]
    asked.reply(json.dumps({"id": "msg_1", "content": content, "stop_reason": "end_turn", "usage": usage}).encode())


CASES: dict[str, tuple[bytes, Callable[[Asked], None] | None]] = {
    "an answer": (post(chat()), None),
    "a translated answer": (post(chat(model="claude", seed=1)), message),
    "a stream": (post(chat(stream=True)), stream),
    "a cut stream": (post(chat(stream=True)), cut),
    "a refusal upstream": (post(chat()), refuse),
    "no answer upstream": (post(chat()), silent),
    "a path route": (post(chat(), path=b"/plain/v1/chat/completions"), None),
    "an unknown path route": (post(chat(), path=b"/nowhere/v1/chat/completions"), None),
    "a query": (post(chat(), path=b"/v1/chat/completions?api_key=x"), None),
    "a chunked body": (HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunked(chat()), None),
    "no key": (post(chat(), key=b""), None),
    "a wrong key": (post(chat(), key=b"wrong"), None),
    "two keys": (post(chat(), b"authorization: Bearer x"), None),
    "bad JSON": (post(b"{"), None),
    "no body": (post(b""), None),
    "an unknown model": (post(chat(model="x")), None),
    "a conflict": (post(chat(), b"x-forwarded-to: plain", b"x-forwarded-to: claude"), None),
    "too large": (post(b"x" * 100_001), None),
    "a request id": (post(chat(), b"x-request-id: abc"), None),
}


def shape(answer: Answer) -> tuple[Any, ...]:
    """What must be alike: all but the date, the id that was made up, and how the body's end is marked."""
    own = {"date", "server", "connection", "content-length", "transfer-encoding"}
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    if headers["x-request-id"].startswith("req_"):
        headers["x-request-id"] = "made up"
    body = answer.body
    if headers["content-type"] == "application/json":
        body = {name: value for name, value in json.loads(body).items() if name != "created"}
    return answer.status, headers, body


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_both_paths_answer_alike(lab: Lab, twin: Lab, case: tuple[bytes, Callable[[Asked], None] | None]) -> None:
    """Status, headers, body, and what is settled."""
    request, answer = case
    for upstream in (lab.plain, lab.claude):
        upstream.answer = answer or upstream.answer
    one, other = lab.ask(request), twin.ask(request)
    assert shape(one) == shape(other)
    settled = [(each.status, each.error, each.upstream, each.usage) for each in (lab.settled(), twin.settled())]
    assert settled[0] == settled[1]


@pytest.mark.parametrize("streaming", [False, True])
def test_a_client_that_leaves_the_twin_is_heard_upstream(twin: Lab, streaming: bool) -> None:
    """As on the protocol path."""
    waiting, heard = threading.Event(), threading.Event()

    def answer(asked: Asked) -> None:
        if streaming:
            asked.stream(FIRST, end=False)
        waiting.set()
        if asked.hung_up():
            heard.set()

    twin.plain.answer = answer
    with twin.wire() as wire:
        wire.send(post(chat(stream=streaming)))
        assert waiting.wait(PATIENCE)
        if streaming:
            wire.until(FIRST)
    assert heard.wait(1)
    assert 499 == twin.settled().status


def test_half_a_body_is_not_taken_for_a_whole_one(twin: Lab) -> None:
    """Though what came may be good JSON."""
    body = chat()
    with twin.wire() as wire:
        wire.send(post(body, b"content-length: %d" % (len(body) + 10)))
    assert 499 == twin.settled().status
    assert [] == twin.plain.asked


def test_the_upstream_is_the_same_server(lab: Lab, twin: Lab) -> None:
    """Else the comparison compares nothing."""
    assert isinstance(lab.plain, Upstream)
    assert lab.plain is twin.plain


def test_a_reader_of_half_a_body_never_goes_on() -> None:
    """The news that the client left comes in place of the rest, once; the handler must not take it for the end."""
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": b'{"whole":1}', "more_body": True},
        {"type": "http.disconnect"},
    ]
    read: list[bytes] = []

    async def receive() -> dict[str, Any]:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    async def send(message: Any) -> None:
        raise AssertionError(message)

    async def handler(request: Request, _: Reply) -> None:
        read.append(await request.read(1000))

    scope = {"method": "POST", "path": "/", "headers": []}
    asyncio.run(asyncio.wait_for(asgi.answer(scope, receive, send, handler), PATIENCE))
    assert [] == read
