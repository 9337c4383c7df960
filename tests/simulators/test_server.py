"""Starting and stopping: ready when it says so, a taken port named, a clean end."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.server import PortTaken, running, running_in_thread


def one(port: int = 0, **more: float) -> SimulatorsConfig:
    upstream = UpstreamConfig(name="it", profile="deepseek-v4-pro", api_keys=("k",), port=port)
    return SimulatorsConfig.model_validate({"speed": 1000, "grace": 0.1, **more, "upstreams": (upstream,)})


def test_endpoints_answer_once_running() -> None:
    """Port 0 is resolved, and the endpoint is what an SDK needs."""
    with running_in_thread(one()) as (endpoint,):
        headers = {"authorization": f"Bearer {endpoint.api_key}"}
        assert list(endpoint.models) == [
            each["id"] for each in httpx.get(f"{endpoint.base_url}/models", headers=headers).json()["data"]
        ]
    with pytest.raises(httpx.ConnectError):
        httpx.get(endpoint.control_url)


def test_running_is_an_async_context_too() -> None:
    """The same in a loop of one's own."""

    async def main() -> int:
        async with running(one()) as (endpoint,), httpx.AsyncClient() as client:
            return (await client.get(endpoint.control_url)).status_code

    assert 200 == asyncio.run(main())


def test_a_taken_port_names_upstream_host_and_port() -> None:
    """And nothing is left listening."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(PortTaken, match=f"upstream it cannot listen on 127.0.0.1:{port}: Address already in use"),
            running_in_thread(one(port)),
        ):
            pass


def test_a_stop_ends_streams_that_hang() -> None:
    """After the grace an endless stream is cut, so that a stop is a stop."""
    with running_in_thread(one()) as (endpoint,):
        httpx.put(f"{endpoint.control_url}/faults", json=[{"do": "stall", "for": "forever", "at": "first_text"}])
        body = {"model": "deepseek-v4-pro", "messages": [{"role": "user", "content": "x"}], "stream": True}
        client = httpx.Client()
        request = client.build_request(
            "POST", f"{endpoint.base_url}/chat/completions", json=body, headers={"authorization": "Bearer k"}
        )
        reply = client.send(request, stream=True)
        began = time.monotonic()
    assert time.monotonic() - began < 3
    with pytest.raises(httpx.HTTPError):
        list(reply.iter_raw())
    client.close()


PROGRAM = """
import json, sys
from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.server import run
def ready(endpoints):
    print(json.dumps([each._asdict() for each in endpoints]), flush=True)
run(SimulatorsConfig.model_validate_json(sys.argv[1]), on_ready=ready)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_stops_cleanly_on_a_signal(number: signal.Signals) -> None:
    """Exit status 0, nothing on stderr, not even after a request with a wrong key."""
    config = one().model_dump_json()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, config], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout
        (endpoint,) = json.loads(program.stdout.readline())
        assert (
            401
            == httpx.get(
                f"{endpoint['base_url']}/models", headers={"authorization": "Bearer sk-secret-1234"}
            ).status_code
        )
        program.send_signal(number)
        _, errors = program.communicate(timeout=10)
    assert (0, "") == (program.returncode, errors)
