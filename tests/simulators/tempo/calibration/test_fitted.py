"""From records to a fitted tempo: what it was made with comes back."""

from array import array
from itertools import accumulate
from random import Random
from typing import Any

import pytest

from novastack_simulators.plan import Ticket
from novastack_simulators.profile import FittedTempo
from novastack_simulators.tempo.calibration.calibrated import Calibrated, as_fitted
from novastack_simulators.tempo.calibration.fitted import slope
from novastack_simulators.tempo.calibration.recorded import Record
from novastack_simulators.tempo.outcome import Outcome
from novastack_simulators.tempo.replay import Arrival, replay

SOURCE = {"source": "test", "sure": "assumed"}


def tempo(first: dict[str, Any], gap: dict[str, Any], prefill: float | None = None) -> FittedTempo:
    given = {"first_token": {**first, **SOURCE}, "token_gap": {**gap, **SOURCE}}
    return FittedTempo.model_validate(given if prefill is None else {**given, "prefill": {"value": prefill, **SOURCE}})


def records(model: FittedTempo, count: int = 500) -> list[Record]:
    draw = Random(7)
    trace = [Arrival(0.1 * index, Ticket(draw.randint(10, 4000), (60,))) for index in range(count)]
    return [Record(outcome) for outcome in replay(trace, model, draw).outcomes]


def calibrated(found: list[Record], family: str | None = None) -> Calibrated:
    return as_fitted(found, "test", Random(1), family)


def test_a_known_tempo_comes_back() -> None:
    """Families, parameters and the cost of a prompt token, within 10 %; every measure fits well."""
    known = tempo(
        {"kind": "gamma", "value": 0.4, "shape": 4.0}, {"kind": "lognormal", "value": 0.02, "sigma": 0.3}, 0.0002
    )
    found = calibrated(records(known))
    said = found.tempo.model_dump()
    assert ("gamma", "lognormal") == (said["first_token"]["kind"], said["token_gap"]["kind"])
    assert (0.4, 4.0) == pytest.approx((said["first_token"]["value"], said["first_token"]["shape"]), rel=0.15)
    assert (0.02, 0.3) == pytest.approx((said["token_gap"]["value"], said["token_gap"]["sigma"]), rel=0.02)
    assert 0.0002 == pytest.approx(said["prefill"]["value"], rel=0.1)
    assert {"good"} == {each.verdict for each in found.goodness}


def test_where_prompts_cost_nothing_nothing_is_said_of_them() -> None:
    """A slope that chance can make is none."""
    known = tempo({"kind": "normal", "value": 0.5, "sigma": 0.1}, {"kind": "constant", "value": 0.02})
    found = calibrated(records(known))
    assert ("fitted", None) == (found.tempo.kind, found.tempo.model_dump()["prefill"])


def test_a_wrong_family_is_told_as_a_poor_fit() -> None:
    """In the notes, and in the verdict over what it plays."""
    known = tempo({"kind": "lognormal", "value": 0.5, "sigma": 0.8}, {"kind": "lognormal", "value": 0.02, "sigma": 0.8})
    found = calibrated(records(known), "uniform")
    assert 2 == sum("uniform is a poor fit" in note for note in found.notes)
    assert "poor" == next(each.verdict for each in found.goodness if each.measure == "ttft")


def test_tokens_in_pieces_are_told_apart() -> None:
    """Three at a time every 60 ms: 20 ms each."""
    times = list(accumulate([0.5, *([0.06, 0.0, 0.0] * 20)]))
    found = calibrated([Record(Outcome(0.0, 10, array("d", times))) for _ in range(10)])
    gap = found.tempo.model_dump()["token_gap"]
    assert ("constant", 0.02) == (gap["kind"], pytest.approx(gap["value"]))


def test_means_alone_are_told() -> None:
    """Where only first and last times are recorded, single gaps are not compared."""
    even = [
        record._replace(even=True)
        for record in records(tempo({"value": 0.5, "sigma": 0.3}, {"value": 0.02, "sigma": 0.3}))
    ]
    found = calibrated(even)
    assert ["ttft", "tpot", "e2e"] == [each.measure for each in found.goodness]
    assert any("only the means" in note for note in found.notes)


def test_no_time_is_left_negative() -> None:
    """The slope is never more than the fastest request allows."""
    some = [
        Record(Outcome(0.0, tokens, array("d", [0.001 * tokens + wait])))
        for tokens, wait in ((100, 0.0), (200, 0.1), (300, 0.3), (400, 0.6))
    ]
    assert slope(some) <= 0.001
