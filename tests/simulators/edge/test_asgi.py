"""The protocol and its ASGI twin give the same answers."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.server import Endpoint, running_in_thread


def served(edge: Any) -> Iterator[Endpoint]:
    whole = SimulatorsConfig(speed=1000, grace=0.1, edge=edge, max_body_bytes=5000).only(["deepseek-v4-pro"])
    upstream = whole.upstreams[0].model_copy(update={"port": 0})
    with running_in_thread(whole.model_copy(update={"upstreams": (upstream,)})) as (endpoint,):
        yield endpoint


@pytest.fixture(scope="module")
def protocol() -> Iterator[Endpoint]:
    yield from served("protocol")


@pytest.fixture(scope="module")
def twin() -> Iterator[Endpoint]:
    yield from served("asgi")


CHAT = {"model": "deepseek-v4-pro", "messages": [{"role": "user", "content": "hi"}]}
REQUESTS: list[tuple[str, str, Any]] = [
    ("POST", "/chat/completions", CHAT),
    ("POST", "/chat/completions", {**CHAT, "stream": True}),
    ("POST", "/chat/completions", {**CHAT, "n": 0}),
    ("POST", "/chat/completions", {**CHAT, "user": "x" * 6000}),
    ("POST", "/v1/models", {}),
    ("GET", "/models", None),
    ("HEAD", "/models", None),
    ("GET", "/nowhere", None),
    ("GET", "/_sim", None),
    ("GET", "/_sim/nowhere", None),
]


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
def test_both_answer_alike(protocol: Endpoint, twin: Endpoint, method: str, path: str, body: Any) -> None:
    """Status, body and every header that is not about the connection."""
    answers = []
    for endpoint in (protocol, twin):
        headers = {"authorization": f"Bearer {endpoint.api_key}"}
        reply = httpx.request(method, endpoint.base_url + path, json=body, headers=headers)
        kept = {name: value for name, value in reply.headers.items() if name not in ("date", "connection")}
        answers.append((reply.status_code, reply.content, kept))
    assert answers[0] == answers[1]


def test_the_twin_cuts_too(twin: Endpoint) -> None:
    """A cut ends the connection early, as well as ASGI can say it."""
    fault = {"do": "cut", "at": "before_done"}
    httpx.put(f"{twin.control_url}/faults", json=[fault]).raise_for_status()
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(
            f"{twin.base_url}/chat/completions",
            json={**CHAT, "stream": True},
            headers={"authorization": f"Bearer {twin.api_key}"},
        )
    httpx.delete(f"{twin.control_url}/faults").raise_for_status()
