"""The edge over raw sockets (cases-gateway 4.1, FRM, HDR-09, HDR-10, STR-06, STR-07)."""

import inspect
import json
import threading
from typing import Any

import httpx
import pytest
from gateway_wire import KEY, PATIENCE, Asked, Lab, Wire, chat, chunked, get, post
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import Server, ServerState

from novastack_gateway.edge.cycle import HotCycle
from novastack_gateway.edge.protocol import EdgeProtocol

LIMIT = 100_000
FIRST = b'data: {"choices":[]}\n\n'
DONE = b"data: [DONE]\n\n"
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer " + KEY.encode() + b"\r\n"
CHUNKED = b"transfer-encoding: chunked"


def asked(lab: Lab) -> list[str]:
    """The texts that reached the upstream."""
    return [json.loads(each.body)["messages"][0]["content"] for each in lab.plain.asked]


# What we rely on inside uvicorn.


def test_uvicorn_still_has_every_attribute_that_we_rely_on() -> None:
    """An upgrade that moves one of them fails here, not in production."""
    own = {
        "config app loop parser flow transport server_state tasks pipeline headers url expect_100_continue cycle scope",
    }
    source = inspect.getsource(HttpToolsProtocol)
    assert [] == [name for name in " ".join(own).split() if f"self.{name}" not in source]
    methods = (
        "data_received connection_made connection_lost send_400_response on_message_begin on_url on_header "
        "on_headers_complete on_body on_message_complete on_response_complete _start_asgi_task shutdown"
    )
    assert [] == [name for name in methods.split() if name not in vars(HttpToolsProtocol)]
    expected = ["self", "config", "server_state", "app_state", "_loop"]
    assert expected == list(inspect.signature(HttpToolsProtocol.__init__).parameters)
    assert ["self", "cycle", "app"] == list(inspect.signature(HttpToolsProtocol._start_asgi_task).parameters)
    assert ["self", "msg"] == list(inspect.signature(HttpToolsProtocol.send_400_response).parameters)
    flow = ("pause_reading", "resume_reading", "drain", "pause_writing", "resume_writing")
    assert [] == [name for name in flow if name not in vars(FlowControl)]
    assert "write_paused" in inspect.getsource(FlowControl)
    assert "default_headers" in vars(ServerState())
    assert b"HTTP/1.1 431 Request Header Fields Too Large\r\n" == STATUS_LINE[431]
    assert {100, 499, 599} <= STATUS_LINE.keys()
    assert {"capture_signals", "run", "serve"} <= set(dir(Server))


def test_a_hot_cycle_has_what_uvicorn_asks_of_a_cycle() -> None:
    """Everything that the protocol reads or sets on it, but what only our overrides let through to their own."""
    source = inspect.getsource(HttpToolsProtocol)
    used = {"response_complete", "disconnected", "message_event", "keep_alive"}
    assert [] == [name for name in used if f"cycle.{name}" not in source]
    members = set(dir(HotCycle)) | set(inspect.getsource(HotCycle.__init__).split("self.")[1:])
    assert [] == [name for name in used if not any(member.startswith(name) for member in members)]
    for method in ("on_body", "on_message_complete", "on_headers_complete", "_start_asgi_task", "connection_lost"):
        assert method in vars(EdgeProtocol), method
    cold = inspect.getsource(RequestResponseCycle)
    assert "self.more_body" in cold
    assert "self.keep_alive" in cold


# One connection, several requests.


def test_a_connection_is_kept(lab: Lab) -> None:
    """Two requests one after the other."""
    with lab.wire() as wire:
        for text in ("one", "two"):
            wire.send(post(chat(text)))
            assert 200 == wire.reply().status


def test_pipelined_requests_are_answered_in_order(lab: Lab) -> None:
    """Hot after cold, cold after hot, the slow one first (FRM-13)."""
    release = threading.Event()

    def slowly(each: Asked) -> None:
        if b"slow" in each.body:
            release.wait(PATIENCE)
        each.reply(each.body)

    lab.plain.answer = slowly
    with lab.wire() as wire:
        wire.send(
            post(chat("slow")), get(b"/healthz"), post(chat("b")), post(chat("c")), get(b"/v1/models"), post(chat("d"))
        )
        release.set()
        replies = [wire.reply() for _ in range(6)]
    texts = [json.loads(reply.body) for reply in replies]
    assert [200] * 6 == [reply.status for reply in replies]
    assert {"status": "ok"} == texts[1]
    assert "list" == texts[4]["object"]
    assert ["slow", "b", "c", "d"] == [texts[at]["messages"][0]["content"] for at in (0, 2, 3, 5)]


def test_pipelined_requests_are_authenticated_separately(lab: Lab) -> None:
    """FRM-13: the first one's key is not the second one's."""
    with lab.wire() as wire:
        wire.send(post(chat("a")), post(chat("b"), key=b"wrong"), post(chat("c")))
        assert [200, 401, 200] == [wire.reply().status for _ in range(3)]
    assert ["a", "c"] == asked(lab)


def test_connection_close_is_obeyed(lab: Lab) -> None:
    """The reply says close, the connection ends, and a request that came after it is not carried out."""
    with lab.wire() as wire:
        wire.send(post(chat("a"), b"connection: close"), post(chat("b")))
        reply = wire.reply()
        assert (200, "close", b"") == (reply.status, reply.headers["connection"], wire.rest())
    assert ["a"] == asked(lab)


@pytest.mark.parametrize("headers", [(), (b"connection: keep-alive",)])
def test_http_1_0_is_answered_and_closed(lab: Lab, headers: tuple[bytes, ...]) -> None:
    """It needs no Host, gets no chunks, and counts on the close."""
    lab.plain.answer = lambda each: each.stream(FIRST, DONE)
    with lab.wire() as wire:
        wire.send(post(chat(stream=True), *headers, version=b"1.0").replace(b"host: x\r\n", b""))
        head, _, body = wire.rest().partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert FIRST + DONE == body


def test_a_stream_is_chunked_and_the_connection_kept(lab: Lab) -> None:
    """One chunk per event."""
    lab.plain.answer = lambda each: each.stream(FIRST + DONE)
    with lab.wire() as wire:
        for _ in range(2):
            wire.send(post(chat(stream=True)))
            head = wire.until(b"\r\n\r\n")
            assert b"transfer-encoding: chunked" in head
            expected = b"%x\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(FIRST), FIRST, len(DONE), DONE)
            assert expected == wire.until(b"\r\n0\r\n\r\n")


def test_an_event_is_passed_on_at_once(lab: Lab) -> None:
    """STR-08: before the next one exists."""
    seen = threading.Event()

    def answer(each: Asked) -> None:
        each.stream(FIRST, end=False)
        assert seen.wait(PATIENCE)
        each.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(DONE), DONE))

    lab.plain.answer = answer
    with lab.wire() as wire:
        wire.send(post(chat(stream=True)))
        wire.until(FIRST)
        seen.set()
        wire.until(b"0\r\n\r\n")


# Bodies.


@pytest.mark.parametrize("cuts", [1, 7, 1000])
def test_a_chunked_body_in_any_pieces(lab: Lab, cuts: int) -> None:
    """Its trailers are thrown away: they are no headers (HDR-09)."""
    body = chat("chunky")
    pieces = [body[at : at + cuts] for at in range(0, len(body), cuts)]
    data = chunked(*pieces)[:-2] + b"X-Forwarded-To: claude\r\nAuthorization: Bearer wrong\r\n\r\n"
    with lab.wire() as wire:
        wire.send(HEAD, CHUNKED, b"\r\n\r\n")
        for at in range(0, len(data), 200):
            wire.send(data[at : at + 200])
        assert 200 == wire.reply().status
        wire.send(post(chat("next")))
        assert 200 == wire.reply().status
    assert ["chunky", "next"] == asked(lab)


def test_expect_100_continue_is_answered(lab: Lab) -> None:
    """The client waits for it before it sends its body."""
    body = chat("waited")
    with lab.wire() as wire:
        wire.send(HEAD, b"expect: 100-continue\r\ncontent-length: %d\r\n\r\n" % len(body))
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == wire.until(b"\r\n\r\n")
        wire.send(body)
        assert 200 == wire.reply().status


@pytest.mark.parametrize(("key", "size", "status"), [(b"wrong", 10, 401), (KEY.encode(), LIMIT + 1, 413)])
def test_expect_100_continue_is_refused_early(lab: Lab, key: bytes, size: int, status: int) -> None:
    """FRM-15: no body is asked for where none will be read."""
    with lab.wire() as wire:
        wire.send(post(b"", b"expect: 100-continue", b"content-length: %d" % size, key=key))
        reply = wire.reply()
        assert (status, "close", b"") == (reply.status, reply.headers["connection"], wire.rest())


def test_a_body_that_is_announced_too_large_is_refused_at_once(lab: Lab) -> None:
    """413 before a byte of it was read."""
    with lab.wire() as wire:
        wire.send(post(b"", b"content-length: 100001"))
        reply = wire.reply()
        assert (413, "request_too_large", "close") == (reply.status, reply.error["code"], reply.headers["connection"])
    assert [] == lab.plain.asked


def test_a_chunked_body_is_counted(lab: Lab) -> None:
    """413 as soon as it is too large, though it goes on for ever."""
    with lab.wire() as wire:
        wire.send(HEAD, CHUNKED, b"\r\n\r\n")
        piece = b"2710\r\n" + b"x" * 10_000 + b"\r\n"
        wire.send(piece * 11)
        reply = wire.reply()
        assert (413, "close") == (reply.status, reply.headers["connection"])


@pytest.mark.parametrize("key", [KEY, "wrong"])
@pytest.mark.parametrize("generated", [False, True])
def test_a_real_client_reads_the_refusal_of_a_large_body(lab: Lab, key: str, generated: bool) -> None:
    """It is still sending while we refuse: closing at once would destroy what we said."""
    pieces = [b"x" * 100_000] * 100
    content: Any = iter(pieces) if generated else b"".join(pieces)
    with httpx.Client(timeout=PATIENCE, trust_env=False) as client:
        reply = client.post(
            f"{lab.url}/v1/chat/completions", content=content, headers={"authorization": f"Bearer {key}"}
        )
    assert (413 if key == KEY else 401) == reply.status_code
    assert "error" in reply.json()


@pytest.mark.parametrize("key", [KEY.encode(), b"wrong"])
def test_nothing_after_a_refused_body_is_a_request(lab: Lab, key: bytes) -> None:
    """The rest of the body must not be read as the next request."""
    smuggled = post(chat("smuggled"))
    with lab.wire() as wire:
        wire.send(post(b"", b"content-length: %d" % (LIMIT + len(smuggled)), key=key), smuggled)
        assert wire.reply().status in (401, 413)
        assert b"" == wire.rest()
    assert [] == lab.plain.asked


# What is not acceptable HTTP.

MALFORMED = {
    "length and chunks": HEAD + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "unknown coding": HEAD + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked not last": HEAD + b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "two lengths": HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    "equal lengths": HEAD + b"content-length: 2\r\ncontent-length: 2\r\n\r\n{}",
    "signed length": HEAD + b"content-length: +3\r\n\r\n{}",
    "negative length": HEAD + b"content-length: -1\r\n\r\n{}",
    "huge length": HEAD + b"content-length: 99999999999999999999999\r\n\r\n{}",
    "bare LF": HEAD.replace(b"\r\n", b"\n") + b"content-length: 2\n\n{}",
    "bare CR in a value": HEAD + b"x: a\rb\r\ncontent-length: 2\r\n\r\n{}",
    "NUL in a value": HEAD + b"x: a\x00b\r\ncontent-length: 2\r\n\r\n{}",
    "space before the colon": HEAD + b"x : a\r\ncontent-length: 2\r\n\r\n{}",
    "folded value": HEAD + b"x: a\r\n b\r\ncontent-length: 2\r\n\r\n{}",
    "no Host": HEAD.replace(b"host: x\r\n", b"") + b"content-length: 2\r\n\r\n{}",
    "two Hosts": HEAD + b"Host: y\r\ncontent-length: 2\r\n\r\n{}",
    "no version": b"POST /v1/chat/completions\r\nhost: x\r\n\r\n",
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_requests_are_refused_and_closed(lab: Lab, request_bytes: bytes) -> None:
    """FRM-01…12: 400 in JSON, nothing behind it is a request, and the next connection is well."""
    with lab.wire() as wire:
        wire.send(request_bytes, post(chat("smuggled")))
        reply = wire.reply()
        assert (400, "close") == (reply.status, reply.headers["connection"])
        assert "invalid_request_error" == reply.error["type"]
        assert b"" == wire.rest()
    assert 200 == lab.ask(post(chat("healthy"))).status
    assert ["healthy"] == asked(lab)


@pytest.mark.parametrize(
    "headers",
    [
        [b"x-%d: y" % number for number in range(101)],
        [b"x: " + b"y" * 70_000],
        [b"x: " + b"y" * 1_000_000],
        [b"x-%d: %b" % (number, b"y" * 1000) for number in range(80)],
        [b"x-%d: y" % number for number in range(5000)],
    ],
    ids=["101", "70 KB", "1 MB", "80 x 1 KB", "5000"],
)
def test_too_many_headers_are_a_431(lab: Lab, headers: list[bytes]) -> None:
    """HDR-10: in number or in size."""
    with lab.wire() as wire:
        wire.send(post(chat(), *headers))
        reply = wire.reply()
    assert (431, "close") == (reply.status, reply.headers["connection"])
    assert [] == lab.plain.asked


def test_a_header_without_end_is_a_431(lab: Lab) -> None:
    """It is refused while it comes, and not when it fills the memory."""
    with lab.wire() as wire:
        wire.send(HEAD, b"x: ")
        for _ in range(20):
            wire.send(b"y" * 20_000)
        assert 431 == wire.reply().status


def test_a_hundred_headers_are_not_too_many(lab: Lab) -> None:
    """The bound itself is allowed."""
    assert 200 == lab.ask(post(chat(), *(b"x-%d: y" % number for number in range(97)))).status


@pytest.mark.parametrize("size", [20_000, 300_000])
def test_an_overlong_target_is_a_414(lab: Lab, size: int) -> None:
    """In one read or in many."""
    reply = lab.ask(post(chat(), path=b"/" + b"x" * size))
    assert (414, "close") == (reply.status, reply.headers["connection"])


@pytest.mark.parametrize("tail", [b"zz\r\n", b"-1\r\n", b"5\nhello\r\n", b"3\r\nabcdef\r\n0\r\n\r\n"])
def test_a_broken_chunk_is_told_to_whom_it_concerns(lab: Lab, tail: bytes) -> None:
    """The request is refused, settled as such, and never sent on."""
    with lab.wire() as wire:
        wire.send(HEAD, CHUNKED, b"\r\n\r\n1\r\n{\r\n")
        wire.send(tail)
        reply = wire.reply()
        assert (400, "close", b"") == (reply.status, reply.headers["connection"], wire.rest())
    assert (400, []) == (lab.settled().status, lab.plain.asked)


def test_garbage_behind_a_request_does_not_cut_its_reply(lab: Lab) -> None:
    """The reply under way is finished, whole; then the connection ends."""
    garbage = threading.Event()

    def answer(each: Asked) -> None:
        each.stream(FIRST, end=False)
        assert garbage.wait(PATIENCE)
        each.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(DONE), DONE))

    lab.plain.answer = answer
    with lab.wire() as wire:
        wire.send(post(chat(stream=True)))
        wire.until(FIRST + b"\r\n")
        wire.send(b"\x00garbage\r\n\r\n")
        garbage.set()
        assert b"%x\r\n%b\r\n0\r\n\r\n" % (len(DONE), DONE) == wire.rest()


def test_an_upgrade_is_not_accepted(lab: Lab) -> None:
    """`curl --http2` asks for one with every request; the answer is plain HTTP/1.1."""
    with lab.wire() as wire:
        wire.send(post(chat("plain"), b"upgrade: h2c", b"connection: upgrade, http2-settings", b"http2-settings: AAM"))
        assert 200 == wire.reply().status


def test_connect_is_not_served(lab: Lab) -> None:
    """A gateway is no tunnel."""
    reply = lab.ask(get(b"x:80", method=b"CONNECT"))
    assert (405, "close", "GET, POST") == (reply.status, reply.headers["connection"], reply.headers["allow"])


def test_a_websocket_is_not_accepted(lab: Lab) -> None:
    """The request is answered as the plain GET that it also is."""
    assert 404 == lab.ask(get(b"/ws", b"upgrade: websocket", b"connection: upgrade")).status


# Clients that leave.


def test_a_client_that_leaves_while_it_waits_is_heard_upstream(lab: Lab) -> None:
    """STR-07: the upstream's connection ends within a second, and the exchange is a 499."""
    waiting, heard = threading.Event(), threading.Event()

    def answer(each: Asked) -> None:
        waiting.set()
        if each.hung_up():
            heard.set()

    lab.plain.answer = answer
    with lab.wire() as wire:
        wire.send(post(chat()))
        assert waiting.wait(PATIENCE)
    assert heard.wait(1)
    assert 499 == lab.settled().status


def test_a_client_that_leaves_in_the_middle_of_a_stream_is_heard_upstream(lab: Lab) -> None:
    """STR-07: likewise."""
    heard = threading.Event()

    def answer(each: Asked) -> None:
        each.stream(FIRST, end=False)
        if each.hung_up():
            heard.set()

    lab.plain.answer = answer
    with lab.wire() as wire:
        wire.send(post(chat(stream=True)))
        wire.until(FIRST)
    assert heard.wait(1)
    assert 499 == lab.settled().status


@pytest.mark.parametrize("framing", [b"content-length: 5000\r\n\r\n{", CHUNKED + b"\r\n\r\n1\r\n{\r\n"])
def test_a_client_that_leaves_while_it_sends_is_a_499(lab: Lab, framing: bytes) -> None:
    """And half a body is never sent on."""
    with lab.wire() as wire:
        wire.send(HEAD, framing)
    assert (499, []) == (lab.settled().status, lab.plain.asked)


def test_a_client_that_leaves_takes_its_queued_requests_along(lab: Lab) -> None:
    """Nobody waits for their answers."""
    waiting = threading.Event()

    def answer(each: Asked) -> None:
        waiting.set()
        each.hung_up()

    lab.plain.answer = answer
    with lab.wire() as wire:
        wire.send(post(chat("first", stream=True)))
        assert waiting.wait(PATIENCE)
        wire.send(post(chat("second")))
    assert 499 == lab.settled().status
    lab.plain.reset()
    assert 200 == lab.ask(post(chat("third"))).status
    assert ["third"] == asked(lab)


def test_a_slow_reader_holds_the_upstream_back(lab: Lab) -> None:
    """STR-06: what nobody reads is not collected in the gateway."""
    pushed, event = threading.Event(), b'data: {"x":"' + b"y" * 65_000 + b'"}\n\n'
    sent = [0]

    def answer(each: Asked) -> None:
        each.stream(end=False)
        each.connection.settimeout(0.3)
        try:
            for _ in range(2000):
                each.send(b"%x\r\n%b\r\n" % (len(event), event))
                sent[0] += 1
        except TimeoutError:
            pass
        pushed.set()
        each.connection.close()

    lab.plain.answer = answer
    with lab.wire() as wire:
        wire.send(post(chat(stream=True)))
        wire.until(b"\r\n\r\n")
        assert pushed.wait(PATIENCE)
    assert sent[0] < 1000


def test_many_connections_at_once(lab: Lab) -> None:
    """Each gets its own answer."""
    wires = [Wire(lab.url) for _ in range(40)]
    try:
        for number, wire in enumerate(wires):
            wire.send(post(chat(f"number {number}")))
        texts = [json.loads(wire.reply().body)["asked"]["messages"][0]["content"] for wire in wires]
    finally:
        for wire in wires:
            wire.socket.close()
    assert [f"number {number}" for number in range(40)] == texts
