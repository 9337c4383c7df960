"""The judge and the simulators were written apart: each OpenAI-like simulator is good enough for SDKs."""

from collections.abc import Iterator

import pytest

from novastack_contracts import Exit, Profile, Target, check
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.server import Endpoint, running_in_thread


@pytest.fixture(params=["qwen3-235b-a22b", "deepseek-v4-pro"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Endpoint]:
    """One simulated upstream on a free port, fast."""
    upstream = UpstreamConfig(name=request.param, profile=request.param, api_keys=("sk-sim",))
    with running_in_thread(SimulatorsConfig(speed=100, upstreams=(upstream,))) as endpoints:
        yield endpoints[0]


def test_a_simulator_keeps_compat(simulator: Endpoint) -> None:
    """All of it, in its native dialect and with what it requires granted."""
    report = check(Target.parse(simulator.base_url, model=simulator.models[0], key="sk-sim"))
    assert (Exit.KEPT, ()) == (report.exit_code(Profile.COMPAT), report.fatal(Profile.COMPAT))


def test_a_simulator_is_not_openai(simulator: Endpoint) -> None:
    """Its error codes are the vendor's own, which strict says."""
    report = check(Target.parse(simulator.base_url, model=simulator.models[0], key="sk-sim"))
    assert {"REQ-001", "REQ-006"} <= {result.rule.id for result in report.fatal(Profile.STRICT)}
