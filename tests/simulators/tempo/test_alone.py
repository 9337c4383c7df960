"""A lone request of an engine: its own prompt, then a step for each token."""

import pytest

from novastack_simulators.generation import seeded
from novastack_simulators.plan import Frame
from novastack_simulators.profile import EngineTempo
from novastack_simulators.tempo import schedule

TERMS = {"step": 0.01, "weights": 0, "token": 0.001, "sequence": 0, "attention": 0, "kv_token": 0, "arrival": 0.005}


def figure(value: float) -> dict[str, object]:
    return {"value": value, "source": "test", "sure": "assumed"}


ENGINE = EngineTempo.model_validate(
    {
        "kind": "engine",
        "max_num_seqs": figure(8),
        "max_num_batched_tokens": figure(64),
        "block_size": figure(16),
        "kv_blocks": figure(32),
        "experts": {"total": figure(1), "active": figure(1)},
        "terms": {name: figure(value) for name, value in TERMS.items()},
    }
)


def dues(*tokens: int, prompt: int = 10, lanes: int = 1, speed: float = 1.0) -> list[float]:
    frames = [Frame("text", number, b"x") for number in tokens]
    return list(schedule(frames, ENGINE, seeded(1), prompt_tokens=prompt, lanes=lanes, speed=speed))


def test_the_prompt_comes_first_then_a_step_for_each_token() -> None:
    """5 ms to be queued, a step of 10 + 10 ms for the prompt, steps of 10 + 1 ms for the others."""
    assert [0.025, 0.025, 0.036, 0.058] == pytest.approx(dues(0, 1, 1, 2))


def test_choices_share_the_steps() -> None:
    """Both compute the prompt, which is shorter than a block, in one step; each further step makes two tokens."""
    assert [0.035, 0.035, 0.047, 0.047] == pytest.approx(dues(1, 1, 1, 1, lanes=2))


def test_speed_divides_the_time() -> None:
    """As in a fitted tempo."""
    assert [0.0125, 0.018] == pytest.approx(dues(1, 1, speed=2))


def test_an_answer_without_tokens_takes_the_first_step() -> None:
    """Its end has to be made too."""
    assert [0.025] == pytest.approx(dues(0))


def test_a_prompt_that_never_fits_waits_for_nothing() -> None:
    """Such a request is refused by the engine; its frames are due at once."""
    assert [0.0] == dues(1, prompt=1000)
