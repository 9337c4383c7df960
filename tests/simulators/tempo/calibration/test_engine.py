"""From records to an engine's terms: those that it was made with come back, as far as the records tell them."""

from array import array
from collections.abc import Mapping
from random import Random

import pytest

from novastack_simulators.plan import Ticket
from novastack_simulators.profile import EngineTempo, load_profile
from novastack_simulators.tempo.calibration.calibrated import Calibrated, as_engine
from novastack_simulators.tempo.calibration.recorded import Record
from novastack_simulators.tempo.calibration.steps import TERMS, rows
from novastack_simulators.tempo.engine.cost import Load, cost
from novastack_simulators.tempo.outcome import Outcome
from novastack_simulators.tempo.replay import Arrival, replay

#: Another machine: each term is slower or faster than where the fit begins by a factor of its own.
FACTORS = {
    "step": 1.6, "weights": 0.6, "token": 2.2, "sequence": 0.7, "attention": 1.8, "kv_token": 2.0, "arrival": 1.5,
}  # fmt: skip


def engine(factors: Mapping[str, float]) -> EngineTempo:
    tempo = load_profile("qwen3-235b-a22b-vllm").tempo
    assert isinstance(tempo, EngineTempo)
    terms = {
        name: (figure := getattr(tempo.terms, name)).model_copy(update={"value": figure.value * factor})
        for name, factor in factors.items()
    }
    return tempo.model_copy(update={"terms": tempo.terms.model_copy(update=terms)})


def trace(count: int) -> list[Arrival]:
    """Quiet and busy times, prompts of ten tokens and of thousands, and now and then thirty at once."""
    draw, now, found = Random(3), 0.0, []
    for index in range(count):
        now += draw.expovariate(3 if index // 50 % 2 else 0.4) if index % 40 else draw.expovariate(0.05)
        prompt = int(min(30_000, draw.lognormvariate(6.5, 1.3))) + 1
        found.append(Arrival(now, Ticket(prompt, (int(draw.lognormvariate(4.5, 0.8)) + 1,))))
        if index % 100 == 99:
            found += [Arrival(now, Ticket(300, (40,))) for _ in range(30)]
    return found


def jittered(outcome: Outcome, draw: Random) -> Outcome:
    """Each time between tokens is off by 10 %, as a network would have it."""
    at, times = outcome.arrival, array("d")
    for gap in (outcome.ttft, *outcome.gaps):
        at += gap * draw.lognormvariate(0, 0.1)
        times.append(at)
    return outcome._replace(tokens=times)


@pytest.fixture(scope="module")
def found() -> Calibrated:
    draw = Random(5)
    outcomes = replay(trace(300), engine(FACTORS), draw).outcomes
    return as_engine([Record(jittered(outcome, draw)) for outcome in outcomes], "test", draw, engine({}))


@pytest.mark.parametrize(
    ("term", "tolerance"),
    [("step", 0.05), ("token", 0.05), ("attention", 0.15), ("arrival", 0.2), ("weights", 0.3), ("kv_token", 0.3)],
)
def test_a_term_comes_back(found: Calibrated, term: str, tolerance: float) -> None:
    """From recorded times that are off by 10 %, within the tolerance that docs/tempo.md states."""
    assert isinstance(found.tempo, EngineTempo)
    value = getattr(engine(FACTORS).terms, term).value
    assert value == pytest.approx(getattr(found.tempo.terms, term).value, rel=tolerance)


@pytest.mark.parametrize(
    "load",
    [Load(1, 1, 0.0, 500), Load(8, 8, 0.0, 8000), Load(32, 32, 0.0, 60_000), Load(2000, 9, 1e6, 8000)],
)
def test_what_steps_take_comes_back(found: Calibrated, load: Load) -> None:
    """Whatever share each term has of them: within 5 %."""
    assert isinstance(found.tempo, EngineTempo)
    assert cost(engine(FACTORS)).of(load) == pytest.approx(cost(found.tempo).of(load), rel=0.05)


def test_the_fit_is_told_to_be_good(found: Calibrated) -> None:
    """The times to the first token and the whole; single gaps have no jitter of a network."""
    verdicts = {each.measure: each.verdict for each in found.goodness}
    assert ("good", "good") == (verdicts["ttft"], verdicts["e2e"])


def test_settings_stay(found: Calibrated) -> None:
    """Only the terms are fitted, and say from what."""
    assert isinstance(found.tempo, EngineTempo)
    assert engine({}).kv_blocks == found.tempo.kv_blocks
    assert {("test", "measured")} == {
        (getattr(found.tempo.terms, name).source, getattr(found.tempo.terms, name).sure) for name in TERMS
    }


def test_a_wrong_engine_is_told_as_a_poor_fit() -> None:
    """Times that no load explains: each first token is late by a time of its own."""
    draw = Random(5)
    outcomes = replay(trace(100), engine({}), draw).outcomes
    late = [
        each._replace(tokens=array("d", (at + wait for at in each.tokens)))
        for each in outcomes
        for wait in [draw.uniform(0, 3)]
    ]
    found = as_engine([Record(outcome) for outcome in late], "test", draw, engine({}))
    assert "poor" == next(each.verdict for each in found.goodness if each.measure == "ttft")


def test_a_term_of_which_nothing_is_recorded_is_told() -> None:
    """One short request after the other says nothing of long prompts."""
    alone = [Arrival(10.0 * index, Ticket(20, (30,))) for index in range(50)]
    outcomes = replay(alone, engine({}), Random(1)).outcomes
    found = as_engine([Record(outcome) for outcome in outcomes], "test", Random(1), engine({}))
    assert any(note.startswith("attention: the records say little") for note in found.notes)


def test_recorded_times_are_linear_in_the_terms() -> None:
    """With the steps as they were, the terms that made the times give them back exactly."""
    truth = engine(FACTORS)
    there = rows(truth, trace(120), replay(trace(120), truth, Random(1)).outcomes)
    terms = [getattr(truth.terms, name).value for name in TERMS]
    assert list(there.seconds) == pytest.approx(list(there.terms @ terms), rel=1e-9)


def test_a_term_of_nothing_stays_so() -> None:
    """An engine without a front end gets none."""
    outcomes = replay(trace(60), engine({"arrival": 0.0}), Random(1)).outcomes
    found = as_engine([Record(outcome) for outcome in outcomes], "test", Random(1), engine({"arrival": 0.0}))
    assert isinstance(found.tempo, EngineTempo)
    assert 0.0 == found.tempo.terms.arrival.value
