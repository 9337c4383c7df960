"""The profile openai-generic on a free port, a thousand times faster; each test starts with it reset."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.server import Endpoint, running_in_thread

MODEL = "openai-generic"
USER = {"role": "user", "content": "What is the weather in Paris? Answer in json."}
PLACE = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


class OpenAI:
    """The upstream and a plain HTTP client for it. `chat`, `complete`, `embed` and `respond` post to one endpoint each."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        headers = {"authorization": f"Bearer {endpoint.api_key}"}
        self.http = httpx.Client(base_url=endpoint.base_url, headers=headers, timeout=20)

    def chat(self, **more: Any) -> httpx.Response:
        return self.http.post("/chat/completions", json={"model": MODEL, "messages": [USER], **more})

    def complete(self, **more: Any) -> httpx.Response:
        return self.http.post("/completions", json={"model": MODEL, "prompt": "Once upon", **more})

    def embed(self, **more: Any) -> httpx.Response:
        return self.http.post("/embeddings", json={"model": "text-embedding-3-small", "input": "a river", **more})

    def respond(self, **more: Any) -> httpx.Response:
        return self.http.post("/responses", json={"model": MODEL, "input": USER["content"], **more})

    @staticmethod
    def events(reply: httpx.Response) -> list[Any]:
        """The JSON of each event of a stream; [DONE] left out."""
        lines = [line.removeprefix("data: ") for line in reply.text.split("\n") if line.startswith("data: ")]
        return [json.loads(line) for line in lines if line != "[DONE]"]

    @staticmethod
    def tools(*names: str) -> list[Any]:
        """Functions as chat completions want them."""
        return [{"type": "function", "function": {"name": name, "parameters": PLACE}} for name in names]

    @staticmethod
    def functions(*names: str) -> list[Any]:
        """Functions as responses want them."""
        return [{"type": "function", "name": name, "parameters": PLACE} for name in names]


@pytest.fixture(scope="session")
def served() -> Iterator[OpenAI]:
    upstream = UpstreamConfig(name="openai", profile=MODEL, api_keys=("sk-sim-openai",))
    with running_in_thread(SimulatorsConfig(speed=1000, grace=0.1, upstreams=(upstream,))) as (endpoint,):
        client = OpenAI(endpoint)
        yield client
        client.http.close()


@pytest.fixture
def openai(served: OpenAI) -> OpenAI:
    served.http.post(f"{served.endpoint.control_url}/reset").raise_for_status()
    return served
