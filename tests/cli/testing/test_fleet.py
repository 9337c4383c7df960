"""The three upstreams of a test, by name."""

from collections.abc import Callable

import httpx
import pytest

from novastack.testing import Simulators
from novastack_simulators.config import SimulatorsConfig

Ask = Callable[..., httpx.Response]


def test_the_usual_three(simulators: Simulators) -> None:
    """Those that `novastack up` starts, each under its name."""
    assert [each.name for each in SimulatorsConfig().upstreams] == list(simulators)
    assert all(name == simulator.name for name, simulator in simulators.items())


def test_an_unknown_name(simulators: Simulators) -> None:
    """The error says which there are."""
    with pytest.raises(KeyError, match="no simulator 'gpt-99': there are qwen3-235b-a22b, deepseek-v4-pro, claude"):
        simulators["gpt-99"]


def test_what_arrived_anywhere_in_its_order(simulators: Simulators, ask: Ask) -> None:
    """The first that was asked stands first, wherever it was."""
    for name in ("deepseek-v4-pro", "qwen3-235b-a22b", "deepseek-v4-pro"):
        ask(simulators[name])
    assert ["deepseek-v4-pro", "qwen3-235b-a22b", "deepseek-v4-pro"] == [
        entry.upstream for entry in simulators.entries()
    ]
    assert 2 == len(simulators.entries(model="deepseek-v4-pro"))


def test_a_reset_of_all(simulators: Simulators, ask: Ask) -> None:
    """Nothing is left at any."""
    simulators["deepseek-v4-pro"].fault("overloaded")
    ask(simulators["deepseek-v4-pro"])
    simulators.reset()
    assert [] == simulators.entries()
    assert 200 == ask(simulators["deepseek-v4-pro"]).status_code
