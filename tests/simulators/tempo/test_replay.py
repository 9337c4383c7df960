"""A trace in virtual time, by either kind of tempo."""

from random import Random

import pytest

from novastack_simulators.plan import Ticket
from novastack_simulators.profile import EngineTempo, FittedTempo, load_profile
from novastack_simulators.tempo.replay import REPLAYS, Arrival, replay

TRACE = [Arrival(0.1 * index, Ticket(100, (20,))) for index in range(50)]
SOURCE = {"source": "test", "sure": "assumed"}


def engine(**settings: float) -> EngineTempo:
    tempo = load_profile("qwen3-235b-a22b-vllm").tempo
    assert isinstance(tempo, EngineTempo)
    update = {name: tempo.max_num_seqs.model_copy(update={"value": value}) for name, value in settings.items()}
    return tempo.model_copy(update=update)


def test_each_kind_of_tempo_can_be_played() -> None:
    """The table has both."""
    assert {"fitted", "engine"} == set(REPLAYS)


def test_an_engine_makes_every_token_of_the_trace() -> None:
    """Outcomes stand in the order of the arrivals, with the times at which they were queued and scheduled."""
    played = replay(TRACE, engine(), Random(1))
    assert [20] * 50 == [len(each.tokens) for each in played.outcomes]
    assert [each.at for each in TRACE] == [each.arrival for each in played.outcomes]
    assert all(each.arrival < each.queued <= each.scheduled < each.tokens[0] for each in played.outcomes)  # type: ignore[operator]
    assert played.gauges is not None


def test_choices_are_told_as_one() -> None:
    """Their tokens in the order of time."""
    (outcome,) = replay([Arrival(0.0, Ticket(100, (5, 9)))], engine(), Random(1)).outcomes
    assert 14 == len(outcome.tokens)
    assert sorted(outcome.tokens) == list(outcome.tokens)


def test_a_refusal_is_an_outcome() -> None:
    """With its reason, and no tokens."""
    trace = [Arrival(0.0, Ticket(100, (20,))) for _ in range(5)]
    played = replay(trace, engine(max_waiting_requests=3), Random(1))
    assert ["", "", "", "requests", "requests"] == [each.refused for each in played.outcomes]
    assert 0 == len(played.outcomes[4].tokens)


def test_a_fitted_tempo_draws_each_request_anew() -> None:
    """The times are those of its spreads, counted from the arrival."""
    tempo = FittedTempo.model_validate(
        {
            "first_token": {"kind": "uniform", "least": 1.0, "most": 2.0, **SOURCE},
            "token_gap": {"kind": "constant", "value": 0.1, **SOURCE},
            "prefill": {"value": 0.01, **SOURCE},
        }
    )
    played = replay(TRACE, tempo, Random(1))
    assert all(2.0 <= each.ttft <= 3.0 for each in played.outcomes)
    assert 50 == len({each.ttft for each in played.outcomes})
    assert [1.9] * 50 == pytest.approx([each.tokens[-1] - each.tokens[0] for each in played.outcomes])


def test_ten_thousand_requests_take_no_time_of_ours() -> None:
    """An hour of traffic of 500 and 200 tokens: all of it is made, and the clock never slept."""
    draw = Random(5)
    trace = [Arrival(0.36 * index, Ticket(draw.randint(1, 1000), (draw.randint(1, 400),))) for index in range(10_000)]
    played = replay(trace, engine(), Random(1))
    assert [each.ticket.output_tokens[0] for each in trace] == [len(each.tokens) for each in played.outcomes]
    assert played.outcomes[-1].tokens[-1] > 3599
