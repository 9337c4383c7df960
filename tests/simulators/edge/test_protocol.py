"""The edge on raw sockets: what HTTP/1.1 asks of a server, and what a gateway does to one."""

import inspect
import json
import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import Server, ServerState

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.server import Endpoint, running_in_thread

KEY = "sk-test"
LIMIT = 50_000


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    upstream = UpstreamConfig(name="it", profile="deepseek-v4-pro", api_keys=(KEY,))
    config = SimulatorsConfig(speed=1000, grace=0.1, max_body_bytes=LIMIT, upstreams=(upstream,))
    with running_in_thread(config) as (served,):
        yield served


class Wire:
    """A raw connection."""

    def __init__(self, endpoint: Endpoint) -> None:
        host, port = endpoint.base_url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=5)
        self.buffer = b""

    def send(self, *parts: bytes) -> None:
        self.socket.sendall(b"".join(parts))

    def until(self, mark: bytes) -> bytes:
        """All that comes up to and with the mark."""
        while mark not in self.buffer:
            data = self.socket.recv(65536)
            assert data, f"closed before {mark!r}: {self.buffer!r}"
            self.buffer += data
        head, self.buffer = self.buffer.split(mark, 1)
        return head + mark

    def reply(self, *, body: bool = True) -> tuple[int, dict[bytes, bytes], bytes]:
        """One reply with a content-length."""
        start, *lines = self.until(b"\r\n\r\n")[:-4].split(b"\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in lines)
        size = int(headers[b"content-length"]) if body else 0
        while len(self.buffer) < size:
            self.buffer += self.socket.recv(65536)
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return int(start.split()[1]), headers, data

    def rest(self) -> bytes:
        """All that comes until the server closes."""
        data = self.buffer
        while more := self.socket.recv(65536):
            data += more
        return data


@pytest.fixture
def wire(endpoint: Endpoint) -> Iterator[Wire]:
    connection = Wire(endpoint)
    yield connection
    connection.socket.close()


def chat(text: str = "hi", **more: Any) -> bytes:
    body = {"model": "deepseek-v4-pro", "messages": [{"role": "user", "content": text}], "max_tokens": 5, **more}
    return json.dumps(body).encode()


def post(body: bytes, *headers: bytes, version: bytes = b"1.1", path: bytes = b"/chat/completions") -> bytes:
    lines = [b"POST %b HTTP/%b" % (path, version), b"host: x", b"authorization: Bearer " + KEY.encode(), *headers]
    if not any(line.lower().startswith(b"transfer-encoding") for line in headers):
        lines.append(b"content-length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def get(path: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    lines = [method + b" " + path + b" HTTP/1.1", b"host: x", b"authorization: Bearer " + KEY.encode(), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def test_a_connection_is_kept(wire: Wire) -> None:
    """Two requests one after the other use one connection."""
    for _ in range(2):
        wire.send(post(chat()))
        assert 200 == wire.reply()[0]


def test_the_same_head_again_is_answered_as_the_first(endpoint: Endpoint, wire: Wire) -> None:
    """With another body of the same length, in pieces, two at once, and after another request in between."""
    other = Wire(endpoint)
    bodies = [chat(f"number {number}", max_tokens=5 + number) for number in range(5)]
    whole = [post(body) for body in bodies]
    wire.send(whole[0])
    first = wire.reply()
    for parts in ([whole[1]], [whole[2][:20]], [whole[2][20:-5]], [whole[2][-5:]]):
        wire.send(*parts)
        # By the time that another connection has its answer, the piece has come, and not with the next.
        other.send(get(b"/models"))
        other.reply()
    other.socket.close()
    wire.send(whole[3] + whole[4])
    replies = [first, *(wire.reply() for _ in range(4))]
    assert [5, 6, 7, 8, 9] == [json.loads(body)["usage"]["completion_tokens"] for _, _, body in replies]
    wire.send(get(b"/models"))
    assert b"deepseek" in wire.reply()[2]
    wire.send(whole[0])
    assert first[2] == wire.reply()[2]


def test_pipelined_requests_are_answered_in_order(wire: Wire) -> None:
    """Twenty at once, slow and quick, hot and cold: the answers come in the order of the requests."""
    bodies = [chat(f"number {number}", max_tokens=100 - number * 5) for number in range(19)]
    wire.send(*(post(body) for body in bodies), get(b"/_sim"), post(chat("last")))
    sizes = [json.loads(wire.reply()[2])["usage"]["completion_tokens"] for _ in bodies]
    assert [100 - number * 5 for number in range(19)] == sizes
    assert b"upstream" in wire.reply()[2]
    assert b"choices" in wire.reply()[2]


def test_connection_close_is_obeyed(wire: Wire) -> None:
    """The answer says close, and the connection ends at once."""
    wire.send(post(chat(), b"connection: close"))
    status, headers, _ = wire.reply()
    assert (200, b"close", b"") == (status, headers[b"connection"], wire.rest())


def test_http_1_0_gets_no_chunks(wire: Wire) -> None:
    """A stream to an HTTP/1.0 client is ended by the close."""
    wire.send(post(chat(stream=True), version=b"1.0"))
    head, _, body = wire.rest().partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert body.startswith(b"data: ")
    assert body.endswith(b"data: [DONE]\n\n")


def test_head_has_the_head_only(wire: Wire) -> None:
    """HEAD gets GET's headers and no body, and the connection goes on."""
    wire.send(get(b"/models", method=b"HEAD"), get(b"/models"))
    without, with_body = wire.reply(body=False), wire.reply()
    assert without[1][b"content-length"] == with_body[1][b"content-length"]


def test_expect_100_continue(wire: Wire) -> None:
    """The go-ahead comes before the body, the answer after it."""
    whole = post(chat(), b"expect: 100-continue")
    head, body = whole.split(b"\r\n\r\n", 1)
    wire.send(head, b"\r\n\r\n")
    assert b"HTTP/1.1 100 Continue\r\n\r\n" == wire.until(b"\r\n\r\n")
    wire.send(body)
    assert 200 == wire.reply()[0]


def test_chunked_bodies_and_trailers(wire: Wire) -> None:
    """A body in chunks is put together; a trailer is not a header."""
    body = chat()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\nauthorization: Bearer no\r\n\r\n"
    wire.send(post(chunks, b"transfer-encoding: chunked"))
    assert 200 == wire.reply()[0]


@pytest.mark.parametrize("framing", ["length", "chunked", "expect"])
def test_a_body_too_large_is_413(wire: Wire, framing: str) -> None:
    """In the provider's shape, however the body comes, and the client can still read it after sending all."""
    body = b"x" * (LIMIT + 1)
    if framing == "chunked":
        wire.send(post(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body), b"transfer-encoding: chunked"))
    elif framing == "expect":
        wire.send(post(body, b"expect: 100-continue").removesuffix(body))
    else:
        wire.send(post(body))
    status, headers, data = wire.reply()
    assert (413, b"close") == (status, headers[b"connection"])
    assert "larger than 50000 bytes" in json.loads(data)["error"]["message"]


def test_a_body_of_exactly_the_limit_is_read(wire: Wire) -> None:
    """The limit itself is allowed."""
    body = chat()
    wire.send(post(body + b" " * (LIMIT - len(body))))
    assert 200 == wire.reply()[0]


def test_what_is_not_http_is_400(wire: Wire) -> None:
    """And the connection ends."""
    wire.send(b"this is not http\r\n\r\n")
    assert wire.rest().startswith(b"HTTP/1.1 400 ")


def test_an_encoded_path_is_decoded(wire: Wire) -> None:
    """Percent-encoding and a query do not hide a route."""
    wire.send(get(b"/models/deepseek%2Dv4-pro?x=1"))
    assert 200 == wire.reply()[0]


def test_a_stream_is_chunked(wire: Wire) -> None:
    """Each write is a chunk, and the last chunk ends it."""
    wire.send(post(chat(stream=True)))
    head = wire.until(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head
    events = b""
    while size := int(wire.until(b"\r\n"), 16):
        while len(wire.buffer) < size + 2:
            wire.buffer += wire.socket.recv(65536)
        events, wire.buffer = events + wire.buffer[:size], wire.buffer[size + 2 :]
    assert re.fullmatch(rb"(data: .*\n\n)+data: \[DONE\]\n\n", events)


def test_a_slow_reader_gets_everything(endpoint: Endpoint) -> None:
    """With a tiny window the server waits, and nothing is lost or doubled."""
    slow = Wire(endpoint)
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    slow.send(post(chat(stream=True, n=100, max_tokens=400), b"connection: close"))
    threading.Event().wait(0.3)
    text = slow.rest()
    slow.socket.close()
    assert 1 == text.count(b"[DONE]")
    assert 100 == len(re.findall(rb'"finish_reason":"(?:stop|length)"', text))


PARENT = (
    "connection_made", "connection_lost", "data_received", "on_message_begin", "on_url", "on_header",
    "on_headers_complete", "on_body", "on_message_complete", "_start_asgi_task", "on_response_complete",
    "pause_writing", "resume_writing", "send_400_response", "shutdown",
)  # fmt: skip
ATTRIBUTES = (
    "parser", "url", "headers", "expect_100_continue", "cycle", "flow", "pipeline", "transport", "loop", "server_state",
)  # fmt: skip


@pytest.mark.parametrize("name", PARENT)
def test_uvicorn_has_the_method(name: str) -> None:
    """An upgrade that renames what the subclass overrides or calls fails here."""
    assert callable(getattr(HttpToolsProtocol, name))


def test_uvicorn_has_the_attributes() -> None:
    """So does one that renames an attribute, or changes what the constructor takes."""
    source = inspect.getsource(HttpToolsProtocol)
    assert [] == [name for name in ATTRIBUTES if f"self.{name}" not in source]
    assert ["config", "server_state", "app_state", "_loop"] == list(inspect.signature(HttpToolsProtocol).parameters)
    assert {"total_requests", "connections", "default_headers"} <= vars(ServerState()).keys()
    assert callable(FlowControl.pause_reading)
    assert [] == [name for name in ("startup", "shutdown", "capture_signals", "serve") if not hasattr(Server, name)]


def test_uvicorn_reads_no_more_of_a_cycle_than_ours_has() -> None:
    """Every attribute that the parent uses on the current cycle outside the methods that we replace."""
    replaced = ("on_body", "on_message_complete", "on_headers_complete", "_start_asgi_task")
    methods = [
        member for name, member in inspect.getmembers(HttpToolsProtocol, inspect.isfunction) if name not in replaced
    ]
    used = {name for method in methods for name in re.findall(r"self\.cycle\.(\w+)", inspect.getsource(method))}
    assert {"response_complete", "disconnected", "message_event", "keep_alive"} >= used
