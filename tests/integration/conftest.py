"""The real gateway in front of the real simulators, on free ports; each test starts with the simulators reset."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import openai
import pytest

from novastack_gateway.config import DEVELOPMENT_KEY, GatewayConfig
from novastack_gateway.exchange import Exchange
from novastack_gateway.server import running_in_thread as gateway_in_thread
from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.server import Endpoint
from novastack_simulators.server import running_in_thread as simulators_in_thread

PATIENCE = 10.0


@dataclass
class Stack:
    """A gateway and what stands behind it."""

    url: str
    simulators: dict[str, Endpoint]
    exchanges: "queue.Queue[Exchange]"
    http: httpx.Client

    def client(self, path: str = "/v1", **more: Any) -> openai.OpenAI:
        """The official SDK; it never tries twice, so that tests see what it saw."""
        # Nothing here is TLS, and loading the certificates is what takes longest.
        http = openai.DefaultHttpxClient(trust_env=False, verify=False)
        members = {"api_key": DEVELOPMENT_KEY, "max_retries": 0, "timeout": PATIENCE, **more}
        return openai.OpenAI(base_url=self.url + path, http_client=http, **members)

    def journal(self, name: str, **query: Any) -> list[dict[str, Any]]:
        reply = self.http.get(f"{self.simulators[name].control_url}/journal", params=query)
        entries: list[dict[str, Any]] = reply.raise_for_status().json()["entries"]
        return entries

    def arm(self, name: str, **fault: Any) -> None:
        url = f"{self.simulators[name].control_url}/faults"
        self.http.put(url, json=[{"when": "always", **fault}]).raise_for_status()

    def disarm(self, name: str) -> None:
        self.http.delete(f"{self.simulators[name].control_url}/faults").raise_for_status()

    def settled(self) -> Exchange:
        return self.exchanges.get(timeout=PATIENCE)

    def cancelled(self, name: str) -> dict[str, Any]:
        """The journal's entry of the one call, once the simulator has noticed that its reader left."""
        for _ in range(200):
            entry = self.journal(name)[-1]
            if entry["cancelled_at"] is not None:
                return entry
            threading.Event().wait(0.01)
        raise AssertionError(f"never cancelled: {entry}")


@pytest.fixture(scope="session")
def shared_stack() -> Iterator[Stack]:
    defaults = SimulatorsConfig()
    upstreams = tuple(each.model_copy(update={"port": 0}) for each in defaults.upstreams)
    exchanges: queue.Queue[Exchange] = queue.Queue()
    config = defaults.model_copy(update={"upstreams": upstreams, "speed": 500, "grace": 0.1})
    with simulators_in_thread(config) as endpoints:
        simulators = {endpoint.name: endpoint for endpoint in endpoints}
        gateway = gateway_in_thread(gateway_config(simulators), log=exchanges.put)
        with gateway as url, httpx.Client(trust_env=False, verify=False, timeout=PATIENCE) as http:
            yield Stack(url, simulators, exchanges, http)


def gateway_config(simulators: dict[str, Endpoint]) -> GatewayConfig:
    """The default configuration, with the ports that the simulators got."""
    value = GatewayConfig().model_dump(mode="json")
    value["callers"] = [{"name": "development", "key": DEVELOPMENT_KEY, "requests_per_minute": 100_000}]
    for upstream in value["upstreams"]:
        upstream["base_url"] = simulators[upstream["name"]].base_url
        upstream["api_key"] = simulators[upstream["name"]].api_key
    timeouts = {"connect": 1.0, "first_byte": 0.5, "between_bytes": 0.3}
    return GatewayConfig.model_validate({**value, "port": 0, "timeouts": timeouts})


@pytest.fixture
def stack(shared_stack: Stack) -> Stack:
    for endpoint in shared_stack.simulators.values():
        shared_stack.http.post(f"{endpoint.control_url}/reset").raise_for_status()
        shared_stack.disarm(endpoint.name)
    while not shared_stack.exchanges.empty():
        shared_stack.exchanges.get_nowait()
    return shared_stack


@pytest.fixture(scope="session")
def shared_client(shared_stack: Stack) -> Iterator[openai.OpenAI]:
    with shared_stack.client() as client:
        yield client


@pytest.fixture
def client(stack: Stack, shared_client: openai.OpenAI) -> openai.OpenAI:
    return shared_client
