"""Servers for tests: shared, apart by scope, and usable without pytest."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from novastack import testing
from novastack.testing import Laboratory, Simulator

Ask = Callable[..., httpx.Response]


def test_two_tests_at_once_do_not_meet(novastack_laboratory: Laboratory, ask: Ask) -> None:
    """On one server, in step, in threads: each sees its own faults, replies and requests, and none of the other's."""
    step = threading.Barrier(2, timeout=10)

    def one(scope: str, status: int) -> tuple[str, list[int], int]:
        with novastack_laboratory.simulator(scope=scope) as simulator:
            step.wait()
            simulator.fault(do="status", status=status, when={"first": 1}).reply(f"I am {scope}.")
            step.wait()
            replies = [ask(simulator) for _ in range(3)]
            step.wait()
            text: str = replies[-1].json()["choices"][0]["message"]["content"]
            found = [reply.status_code for reply in replies], len(simulator.journal)
            step.wait()
        return (text, *found)

    with ThreadPoolExecutor(2) as pool:
        left, right = pool.map(one, ("left", "right"), (500, 503))
    assert ("I am left.", [500, 200, 200], 3) == left
    assert ("I am right.", [503, 200, 200], 3) == right


def test_nothing_is_left_for_the_next(novastack_laboratory: Laboratory, ask: Ask) -> None:
    """The same scope again, as when a test is run again, is as new."""
    for _ in range(2):
        with novastack_laboratory.simulator(scope="again") as simulator:
            assert [200, 1] == [ask(simulator).status_code, simulator.journal.last.attempt]
            simulator.fault("overloaded").reply("Good day.").seed(3)
            assert 503 == ask(simulator).status_code


def test_a_server_is_started_once(novastack_laboratory: Laboratory) -> None:
    """Whoever wants the same gets the same address; another speed is another server."""
    with novastack_laboratory.simulator(scope="a") as one, novastack_laboratory.simulator(scope="b") as other:
        assert one.base_url == other.base_url
        assert one.api_key != other.api_key
        with novastack_laboratory.simulator(speed=2000, scope="c") as third:
            assert one.base_url != third.base_url


def test_a_profile_of_ones_own(novastack_laboratory: Laboratory, ask: Ask, tmp_path: Path) -> None:
    """A file, named after itself."""
    file = tmp_path / "our model.yaml"
    file.write_text("extends: openai-generic\nmodels: [our-model]\n", encoding="utf-8")
    with novastack_laboratory.simulator(str(file)) as simulator:
        assert ("our-model", "our-model") == (simulator.name, simulator.model)
        assert 200 == ask(simulator).status_code


def test_an_unknown_profile(novastack_laboratory: Laboratory) -> None:
    """One sentence, with those that there are."""
    with (
        pytest.raises(ValueError, match=r"^profile: unknown profile 'gpt-99': known are claude-opus-4-7, "),
        novastack_laboratory.simulator("gpt-99"),
    ):
        pass


@pytest.fixture
def lone() -> Iterator[Simulator]:
    """As anyone would write it, without the plugin."""
    with testing.simulator("deepseek-v4-pro") as simulator:
        yield simulator


def test_without_pytest(lone: Simulator, ask: Ask) -> None:
    """A context manager with a server of its own; it needs no scope."""
    lone.reply("Good day.")
    assert "Good day." == ask(lone).json()["choices"][0]["message"]["content"]
    assert ("", 1) == (lone.scope, len(lone.journal))


def test_a_stack_without_pytest(ask: Ask) -> None:
    """The gateway in front of the three, and gone at the end."""
    with testing.gateway_stack() as stack:
        assert 200 == ask(stack, model="deepseek-v4-pro").status_code
        assert 1 == len(stack.simulators.entries())
    with pytest.raises(httpx.ConnectError):
        ask(stack, model="deepseek-v4-pro")


def test_a_claim_that_claims_nothing(novastack_laboratory: Laboratory) -> None:
    """Without pytest it fails at the end of the context."""
    with pytest.raises(AssertionError, match="claims nothing"), novastack_laboratory.simulator() as simulator:
        simulator.journal.verify(path="/v1/models")


def test_a_failure_comes_before_a_claim_that_claims_nothing(novastack_laboratory: Laboratory) -> None:
    """What went wrong first is what is told."""

    def failing() -> None:
        with novastack_laboratory.simulator() as simulator:
            simulator.journal.verify(path="/v1/models")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
