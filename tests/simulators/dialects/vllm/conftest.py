"""The self-hosted Qwen3 on free ports: as vLLM, as SGLang, and with request ids echoed."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.profile import Quirks
from novastack_simulators.server import Endpoint, running_in_thread

KEY = "sk-sim-self"


class Client:
    """A server and a plain HTTP client for it, with the right key unless a test says otherwise."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.origin = endpoint.control_url.removesuffix("/_sim")
        self.http = httpx.Client(timeout=10, base_url=self.origin)
        self.headers = {"authorization": f"Bearer {KEY}"}

    def body(self, text: str = "Hello there", **more: Any) -> dict[str, Any]:
        off = {"chat_template_kwargs": {"enable_thinking": False}}
        message = {"role": "user", "content": text}
        return {"model": "qwen3-235b-a22b", "messages": [message], **off, **more}

    def ask(self, text: str = "Hello there", **more: Any) -> httpx.Response:
        return self.http.post("/v1/chat/completions", json=self.body(text, **more), headers=self.headers)

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.http.post(path, json=body)

    def arm(self, *faults: dict[str, Any]) -> None:
        self.http.put("/_sim/faults", json=list(faults)).raise_for_status()


@pytest.fixture(scope="session")
def served() -> Iterator[dict[str, Client]]:
    kinds = {"vllm": Quirks(), "sglang": Quirks(serving="sglang"), "echoing": Quirks(echo_request_id=True)}
    upstreams = tuple(
        UpstreamConfig(name=name, profile="qwen3-235b-a22b-vllm", api_keys=(KEY,), quirks=quirks)
        for name, quirks in kinds.items()
    )
    with running_in_thread(SimulatorsConfig(speed=1000, grace=0.1, upstreams=upstreams)) as endpoints:
        clients = {endpoint.name: Client(endpoint) for endpoint in endpoints}
        yield clients
        for client in clients.values():
            client.http.close()


def _fresh(client: Client) -> Client:
    client.http.post("/_sim/reset").raise_for_status()
    return client


@pytest.fixture
def vllm(served: dict[str, Client]) -> Client:
    return _fresh(served["vllm"])


@pytest.fixture
def sglang(served: dict[str, Client]) -> Client:
    return _fresh(served["sglang"])


@pytest.fixture
def echoing(served: dict[str, Client]) -> Client:
    return _fresh(served["echoing"])
