"""One fleet of simulators for all tests, on free ports and a thousand times faster; each test starts with it reset."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.server import Endpoint, running_in_thread


def free(config: SimulatorsConfig) -> SimulatorsConfig:
    ports = tuple(each.model_copy(update={"port": 0}) for each in config.upstreams)
    return config.model_copy(update={"upstreams": ports})


class Client:
    """An upstream and a plain HTTP client for it, with the right key unless a test says otherwise."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.origin = endpoint.control_url.removesuffix("/_sim")
        # As many idle connections as threads: httpcore may close a surplus one that another thread was just given.
        self.http = httpx.Client(timeout=10, limits=httpx.Limits(max_connections=64, max_keepalive_connections=64))
        self.path = "/v1/messages" if endpoint.dialect == "anthropic" else "/v1/chat/completions"
        self.headers = {"authorization": f"Bearer {endpoint.api_key}", "anthropic-version": "2023-06-01"}

    def body(self, text: str = "Hello there", **more: Any) -> dict[str, Any]:
        """A chat that every upstream answers without thinking."""
        off = {
            "dashscope": {"enable_thinking": False},
            "deepseek": {"thinking": {"type": "disabled"}},
            "anthropic": {"max_tokens": 1000},
        }[self.endpoint.dialect]
        message = {"role": "user", "content": text}
        return {"model": self.endpoint.models[0], "messages": [message], **off, **more}

    def ask(self, text: str = "Hello there", **more: Any) -> httpx.Response:
        return self.post(self.body(text, **more))

    def post(self, body: Any, **headers: str) -> httpx.Response:
        return self.http.post(self.origin + self.path, json=body, headers={**self.headers, **headers})

    def journal(self, **query: Any) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.http.get(f"{self.endpoint.control_url}/journal", params=query).json()[
            "entries"
        ]
        return entries

    def arm(self, *faults: dict[str, Any]) -> httpx.Response:
        return self.http.put(f"{self.endpoint.control_url}/faults", json=list(faults))


@pytest.fixture(scope="session")
def fleet() -> Iterator[dict[str, Client]]:
    with running_in_thread(free(SimulatorsConfig(speed=1000, grace=0.1))) as endpoints:
        clients = {endpoint.dialect: Client(endpoint) for endpoint in endpoints}
        yield clients
        for client in clients.values():
            client.http.close()


def _fresh(client: Client) -> Client:
    client.http.post(f"{client.endpoint.control_url}/reset").raise_for_status()
    return client


@pytest.fixture
def dashscope(fleet: dict[str, Client]) -> Client:
    return _fresh(fleet["dashscope"])


@pytest.fixture
def deepseek(fleet: dict[str, Client]) -> Client:
    return _fresh(fleet["deepseek"])


@pytest.fixture
def anthropic(fleet: dict[str, Client]) -> Client:
    return _fresh(fleet["anthropic"])


@pytest.fixture(params=["dashscope", "deepseek", "anthropic"])
def client(request: pytest.FixtureRequest, fleet: dict[str, Client]) -> Client:
    return _fresh(fleet[request.param])


@pytest.fixture(params=["dashscope", "deepseek"])
def openai_like(request: pytest.FixtureRequest, fleet: dict[str, Client]) -> Client:
    return _fresh(fleet[request.param])
