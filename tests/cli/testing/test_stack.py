"""The reference gateway in front of the simulators of a test."""

import os
from collections.abc import Callable

import httpx
import pytest

from novastack.testing import GatewayStack, Laboratory

Ask = Callable[..., httpx.Response]


def test_each_model_is_answered_by_its_upstream(gateway_stack: GatewayStack, ask: Ask) -> None:
    """Through the gateway, in the scope of the test."""
    for model in gateway_stack.models:
        assert 200 == ask(gateway_stack, model=model).status_code
    assert list(gateway_stack.simulators) == [entry.upstream for entry in gateway_stack.simulators.entries()]


def test_a_fault_behind_the_gateway(gateway_stack: GatewayStack, ask: Ask) -> None:
    """It strikes the one upstream, and the journal tells it."""
    gateway_stack.simulators["deepseek-v4-pro"].fault(do="status", status=400)
    assert [400, 200] == [ask(gateway_stack, model=model).status_code for model in gateway_stack.models[1:]]
    gateway_stack.simulators["deepseek-v4-pro"].journal.verify(fault="status").exactly(1)


def test_two_stacks_at_once_do_not_meet(novastack_laboratory: Laboratory, ask: Ask) -> None:
    """Two gateways, the same servers behind them, and each has its own faults and its own journal."""
    simulators = novastack_laboratory.simulators
    with simulators(scope="left") as left, simulators(scope="right") as right:
        with novastack_laboratory.gateway_stack(left) as one, novastack_laboratory.gateway_stack(right) as other:
            left["deepseek-v4-pro"].fault(do="status", status=400)
            assert [400, 200] == [ask(stack, model="deepseek-v4-pro").status_code for stack in (one, other)]
        assert (1, 1) == (len(left.entries()), len(right.entries()))
        assert [left["deepseek-v4-pro"].base_url] == [right["deepseek-v4-pro"].base_url]


def test_the_environment(gateway_stack: GatewayStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of OpenAI's SDK lead to the gateway until the end, and then are as they were."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://real.example")
    gateway_stack.environment()
    found = {name: os.environ[name] for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY")}
    assert {"OPENAI_BASE_URL": gateway_stack.base_url, "OPENAI_API_KEY": gateway_stack.api_key} == found
    gateway_stack.close()
    assert "http://real.example" == os.environ["OPENAI_BASE_URL"]
