"""One connection and several requests on it, over raw sockets (cases FRM-13, STR-08)."""

import json
import threading

import pytest
from gateway_upstreams import PATIENCE, Asked
from gateway_wire import DONE, FIRST, Lab, chat, get, post


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
    assert ["a", "c"] == lab.texts()


def test_connection_close_is_obeyed(lab: Lab) -> None:
    """The reply says close, the connection ends, and a request that came after it is not carried out."""
    with lab.wire() as wire:
        wire.send(post(chat("a"), b"connection: close"), post(chat("b")))
        reply = wire.reply()
        assert (200, "close", b"") == (reply.status, reply.headers["connection"], wire.rest())
    assert ["a"] == lab.texts()


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
