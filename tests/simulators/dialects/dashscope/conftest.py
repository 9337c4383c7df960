"""DashScope with its errors named by the answer's id instead of the request's."""

from collections.abc import Iterator

import httpx
import pytest

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.profile import Quirks
from novastack_simulators.server import running_in_thread


@pytest.fixture(scope="session")
def by_id() -> Iterator[httpx.Client]:
    upstream = UpstreamConfig(name="q", profile="qwen3-235b-a22b", api_keys=("sk-sim-q",), quirks=Quirks(error_id="id"))
    with running_in_thread(SimulatorsConfig(speed=1000, grace=0.1, upstreams=(upstream,))) as (endpoint,):
        headers = {"authorization": "Bearer sk-sim-q"}
        with httpx.Client(base_url=endpoint.base_url, headers=headers, timeout=10) as client:
            yield client
