"""Due times: the first token, then a gap for each further token; scaled by speed and never going back."""

import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.generation import seeded
from novastack_simulators.plan import Frame
from novastack_simulators.profile import FittedTempo
from novastack_simulators.tempo import pulse, schedule

SOURCE = {"source": "test", "sure": "assumed"}


def tempo(first: dict[str, Any], gap: dict[str, Any], prefill: float | None = None) -> FittedTempo:
    given = {"first_token": {**first, **SOURCE}, "token_gap": {**gap, **SOURCE}}
    return FittedTempo.model_validate(given if prefill is None else {**given, "prefill": {"value": prefill, **SOURCE}})


STEADY = tempo({"value": 1.0, "sigma": 0}, {"value": 0.1, "sigma": 0})
FITTED = tempo({"value": 2.0, "sigma": 0.6}, {"value": 0.1, "sigma": 0.3})


def frames(*tokens: int) -> list[Frame]:
    return [Frame("text", number, b"x") for number in tokens]


def test_each_token_after_the_first_waits_a_gap() -> None:
    """An opening without tokens comes with the first token, three more tokens three gaps later."""
    assert [1.0, 1.0, 1.3, 1.3] == pytest.approx(list(schedule(frames(0, 1, 3, 0), STEADY, seeded(1))))


def test_gaps_that_vary_are_drawn_for_each_token() -> None:
    """The same rule where each gap is drawn: four tokens in one frame or in four end at the same time."""
    one, four = schedule(frames(4), FITTED, seeded(1)), schedule(frames(1, 1, 1, 1), FITTED, seeded(1))
    assert one[-1] == four[-1]
    assert 4 == len(set(four))


def test_twenty_times_the_speed_is_a_twentieth_of_the_time() -> None:
    """`speed` divides every due time."""
    plain = schedule(frames(0, 1, 3), FITTED, seeded(1))
    assert [due / 20 for due in plain] == pytest.approx(list(schedule(frames(0, 1, 3), FITTED, seeded(1), speed=20)))


@pytest.mark.parametrize("model", [STEADY, FITTED])
def test_choices_side_by_side_come_as_fast_as_one(model: FittedTempo) -> None:
    """Two lanes make two tokens in the time of one gap."""
    alone = schedule(frames(1, 1, 1), model, seeded(1))
    beside = schedule(frames(1, 1, 1), model, seeded(1), lanes=2)
    assert (alone[2] - alone[0]) / 2 == pytest.approx(beside[2] - beside[0])


def test_each_uncached_prompt_token_delays_the_first() -> None:
    """`prefill` times the prompt, and the gaps stay."""
    slow = tempo({"value": 1.0, "sigma": 0}, {"value": 0.1, "sigma": 0}, prefill=0.002)
    assert [2.0, 2.1] == pytest.approx(list(schedule(frames(1, 1), slow, seeded(1), prompt_tokens=500)))


def test_a_pulse_is_the_schedule_of_single_tokens() -> None:
    """The same draws, whether an answer is streamed or not."""
    assert schedule(frames(1, 1, 1), FITTED, seeded(3)) == pulse(3, FITTED, seeded(3))


def test_due_times_take_eight_bytes_each() -> None:
    """A thousand streams of five hundred events are four megabytes."""
    assert 8 == schedule(frames(1), FITTED, seeded(1)).itemsize


@given(st.lists(st.integers(0, 5)), st.integers(), st.sampled_from([STEADY, FITTED]))
def test_due_times_never_go_back(tokens: list[int], seed: int, model: FittedTempo) -> None:
    """Frames are due in their order."""
    dues = schedule(frames(*tokens), model, seeded(seed))
    assert sorted(dues) == list(dues)


def test_the_median_is_the_profiles() -> None:
    """Over many seeds the first token's median is the figure in the profile."""
    firsts = [schedule(frames(1), FITTED, seeded(seed))[0] for seed in range(2000)]
    assert 2.0 == round(statistics.median(firsts), 0)
