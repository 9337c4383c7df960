"""Each quirk of the profile in its other position; the shipped one is shown by the other tests."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.profile import Quirks
from novastack_simulators.server import Endpoint, running_in_thread

OTHERS = Quirks(json_schema=False, unsafe=None, thinking_by_default=False, usage_chunks="both", caching=False)
SCHEMA = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}


@pytest.fixture(scope="module")
def other() -> Iterator[Endpoint]:
    each = UpstreamConfig(name="d", profile="deepseek-v4-pro", api_keys=("sk-sim-d",), quirks=OTHERS)
    with running_in_thread(SimulatorsConfig(speed=1000, grace=0.1, upstreams=(each,))) as endpoints:
        yield endpoints[0]


def ask(endpoint: Endpoint, text: str = "hi", **more: Any) -> httpx.Response:
    body = {"model": "deepseek-v4-pro", "messages": [{"role": "user", "content": text}], **more}
    headers = {"authorization": f"Bearer {endpoint.api_key}"}
    return httpx.post(f"{endpoint.base_url}/chat/completions", json=body, headers=headers, timeout=10)


def test_json_schema_can_be_refused(other: Endpoint) -> None:
    """In the recorded words."""
    reply = ask(other, response_format=SCHEMA)
    assert (400, "This response_format type is unavailable now") == (
        reply.status_code,
        reply.json()["error"]["message"],
    )


def test_nothing_need_be_risky(other: Endpoint) -> None:
    """Then the text is answered like any other."""
    assert 200 == ask(other, "SIMULATE_CONTENT_RISK").status_code


def test_the_cache_can_be_off(other: Endpoint) -> None:
    """Then a long prompt has the same bytes the second time, usage included."""
    assert ask(other, "word " * 200).content == ask(other, "word " * 200).content


def test_thinking_can_be_off_by_default(other: Endpoint) -> None:
    """And on when asked for."""
    off, on = ask(other), ask(other, thinking={"type": "enabled"})
    assert [False, True] == ["reasoning_content" in reply.json()["choices"][0]["message"] for reply in (off, on)]


def test_usage_can_stand_twice(other: Endpoint) -> None:
    """On the finish chunk and on one without choices."""
    text = ask(other, stream=True, stream_options={"include_usage": True}).text
    chunks = [json.loads(line[6:]) for line in text.split("\n") if line.startswith("data: {")]
    told = [(bool(chunk["choices"]), bool(chunk["usage"])) for chunk in chunks[-2:]]
    assert [(True, True), (False, True)] == told
