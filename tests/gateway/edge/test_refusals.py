"""What is not acceptable HTTP is refused, and nothing behind it is a request (cases-gateway 4.1, FRM-01…12, HDR-10)."""

import threading

import pytest
from gateway_upstreams import PATIENCE, Asked
from gateway_wire import CHUNKED, DONE, FIRST, HEAD, Lab, chat, get, post

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
    assert ["healthy"] == lab.texts()


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
