"""The composition root: listening, stopping, and what a limited key sees over the wire."""

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from gateway_upstreams import PATIENCE, Asked, Upstream
from gateway_wire import KEY, Lab, Wire, caller_config, chat, get, lab_config, post, running_lab

from novastack_gateway.config import GatewayConfig
from novastack_gateway.routing import Signals
from novastack_gateway.server import PortTaken, listen, table_of, url_of

LIMITED = "sk-test-of-the-limited-caller-9"


@pytest.fixture
def limited() -> Iterator[Lab]:
    with running_lab([caller_config("limited", LIMITED, 5)]) as lab:
        yield lab


def test_a_limit_holds_over_the_wire(limited: Lab) -> None:
    """RL-01: of twenty at once exactly five pass, and every reply says how the limit stands."""
    wires = [Wire(limited.url) for _ in range(20)]
    with contextlib.ExitStack() as stack:
        for wire in wires:
            stack.enter_context(wire)
            wire.send(post(chat(), key=LIMITED.encode()))
        replies = [wire.reply() for wire in wires]
    assert 5 == sum(reply.status == 200 for reply in replies) == len(limited.plain.asked)
    assert {"5"} == {reply.headers["x-ratelimit-limit-requests"] for reply in replies}
    refused = [reply for reply in replies if reply.status == 429]
    assert 15 == len(refused)
    for reply in refused:
        assert 59_000 < int(reply.headers["retry-after-ms"]) <= 60_000
        assert "60" == reply.headers["retry-after"]
    models = limited.ask(get(b"/v1/models").replace(KEY.encode(), LIMITED.encode()))
    assert (200, "0") == (models.status, models.headers["x-ratelimit-remaining-requests"])
    unknown = limited.ask(get(b"/v1/models/x").replace(KEY.encode(), LIMITED.encode()))
    assert (404, "0") == (unknown.status, unknown.headers["x-ratelimit-remaining-requests"])
    assert 200 == limited.ask(post(chat())).status


def test_a_taken_port_is_named() -> None:
    """With the host."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"127.0.0.1 port {port}"):
            listen(GatewayConfig(port=port))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_url_of_a_listener(host: str) -> None:
    """IPv6 addresses stand in brackets."""
    try:
        sock = listen(GatewayConfig(host=host, port=0))
    except PortTaken:
        pytest.skip("no IPv6 on this machine")
    with sock:
        shown = f"[{host}]" if ":" in host else host
        assert f"http://{shown}:{sock.getsockname()[1]}" == url_of(sock)


def test_configured_routes_come_first() -> None:
    """As `novastack explain` sees them."""
    config = GatewayConfig.model_validate(
        {"routes": [{"name": "blue", "match": {"header": {"X-Team": "blue"}}, "upstream": "claude-opus-4-7"}]}
    )
    choice = table_of(config).choose(Signals("qwen3-235b-a22b", None, (("x-team", "blue"),)))
    assert "claude-opus-4-7" == choice.upstream


PROGRAM = """
import sys
from novastack_gateway.config import GatewayConfig
from novastack_gateway.server import run
run(GatewayConfig.model_validate_json(sys.argv[1]), on_ready=lambda url: print(url, flush=True))
"""


def program(config: dict[str, Any]) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", PROGRAM, json.dumps(config)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def raw_config(upstream: Upstream) -> dict[str, Any]:
    config = lab_config(upstream.url, upstream.url).model_dump(mode="json")
    config["callers"] = [caller_config("open", KEY)]
    for each in config["upstreams"]:
        each["api_key"] = "sk-upstream-credential-0002"
    config["timeouts"] = {}
    return config


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_what_is_under_way_finish(number: signal.Signals) -> None:
    """LC-02: then exit status 0, one JSON line per request, no traceback."""
    began, go_on = threading.Event(), threading.Event()

    def answer(asked: Asked) -> None:
        asked.stream(b'data: {"choices":[]}\n\n', end=False)
        began.set()
        go_on.wait(PATIENCE)
        asked.send(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")

    upstream = Upstream(answer)
    process = program(raw_config(upstream))
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        with Wire(url) as wire:
            wire.send(post(chat(stream=True)))
            wire.until(b"[]}\n\n")
            assert began.wait(PATIENCE)
            os.kill(process.pid, number)
            go_on.set()
            assert wire.rest().endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
        _, errors = process.communicate(timeout=PATIENCE)
        assert 0 == process.returncode
        assert 1 == len(errors.splitlines())
        assert '"status": 200' in errors
        assert "Traceback" not in errors
    finally:
        process.kill()
        process.communicate()
        upstream.close()


def test_the_lab_settles_every_request_once(limited: Lab) -> None:
    """Exchanges are what logs and metrics are made of."""
    for _ in range(3):
        limited.ask(post(chat()))
    assert ["open"] * 3 == [limited.settled().caller for _ in range(3)]
    with pytest.raises(queue.Empty):
        limited.exchanges.get_nowait()
