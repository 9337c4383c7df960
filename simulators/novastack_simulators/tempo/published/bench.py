"""Runs a published row again, on the engine of a profile."""

import math
from collections.abc import Mapping
from random import Random
from statistics import NormalDist
from typing import Any

from novastack_simulators.plan import Ticket
from novastack_simulators.profile.tempo import EngineTempo
from novastack_simulators.tempo.outcome import Outcome, Spreading, duration, measured
from novastack_simulators.tempo.published.rows import Lengths, Machine, Row
from novastack_simulators.tempo.replay import Arrival, replay

SHORTEST = 4


def lengths(given: Lengths, count: int, seed: int) -> list[int]:
    """As many token counts. Lognormal ones are the distribution's quantiles, in an order drawn from the seed."""
    if given.sigma is None:
        return [given.total * (each + 1) // count - given.total * each // count for each in range(count)]
    scores = [given.sigma * NormalDist().inv_cdf((each + 0.5) / count) for each in range(count)]
    low, high = 1.0, float(given.total)
    for _ in range(60):
        median = math.sqrt(low * high)
        low, high = (median, high) if sum(_cut(median, given.most, scores)) < given.total else (low, median)
    drawn = _cut(low, given.most, scores)
    Random(seed).shuffle(drawn)  # noqa: S311 - a reproducible order, no secret
    return drawn


def _cut(median: float, most: int, scores: list[float]) -> list[int]:
    return [min(most, max(SHORTEST, round(median * math.exp(score)))) for score in scores]


def on(machine: Machine, tempo: EngineTempo, settings: Mapping[str, int]) -> EngineTempo:
    """The engine as it would be on that machine, and with those settings."""
    terms = {
        name: figure.model_copy(update={"value": figure.value * machine.slower.get(name, 1.0)})
        for name, figure in ((name, getattr(tempo.terms, name)) for name in type(tempo.terms).model_fields)
    }
    counts: dict[str, Any] = {
        name: getattr(tempo, name).model_copy(update={"value": value})
        for name, value in {**machine.settings, **settings}.items()
    }
    return tempo.model_copy(update={"terms": tempo.terms.model_copy(update=terms), **counts})


def run(row: Row, machine: Machine, tempo: EngineTempo) -> dict[str, float]:
    """The figures that the row has, from a simulation."""
    prompts, outputs = lengths(row.prompts, row.requests, 1), lengths(row.outputs, row.requests, 2)
    arrivals = [Arrival(0.0, Ticket(each, (made,))) for each, made in zip(prompts, outputs, strict=True)]
    played = replay(arrivals, on(machine, tempo, row.settings), Random(0))  # noqa: S311 - an engine draws nothing
    measures = measured(played.outcomes)
    return {name: figure(name, played.outcomes, measures) for name in row.published}


def figure(name: str, outcomes: list[Outcome], measures: Mapping[str, Spreading | None]) -> float:
    """One figure by its name."""
    if name == "duration":
        return duration(outcomes)
    if name == "output":
        return sum(len(each.tokens) for each in outcomes) / duration(outcomes)
    measure, _, part = ("tpot", "", "p50") if name == "user" else name.partition("_")
    found = measures[measure]
    assert found is not None, f"{name}: nothing was measured"
    seconds: float = getattr(found, part)
    return 1.0 / seconds if name == "user" else seconds * 1000
