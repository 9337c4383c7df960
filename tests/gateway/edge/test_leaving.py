"""Clients that leave, and clients that read slowly (cases STR-06, STR-07)."""

import json
import threading

import pytest
from gateway_upstreams import PATIENCE, Asked
from gateway_wire import CHUNKED, FIRST, HEAD, Lab, Wire, chat, post


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
    assert ["third"] == lab.texts()


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
