"""What an engine's recorded times are made of: for each, how often it holds each term, if the steps are as simulated.

A step's time is linear in the terms, and so is the time between two tokens, which is that of the steps between them,
and the time to the first: the share of the front end, what was left of the step under way, and the steps after it.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from novastack_simulators.profile import EngineTempo
from novastack_simulators.tempo.engine import Engine, Load, Refused, Times
from novastack_simulators.tempo.engine.cost import cost
from novastack_simulators.tempo.outcome import Outcome
from novastack_simulators.tempo.replay import Arrival

Matrix = NDArray[np.float64]
#: The columns: terms of a step, and what is not of a step.
TERMS: Final = ("step", "weights", "token", "sequence", "attention", "kv_token", "arrival")


class Rows(NamedTuple):
    """A row for each recorded time: how many times it has each term, and the seconds that were recorded."""

    terms: Matrix
    seconds: Matrix


class Steps:
    """The steps of one simulated replica, in order."""

    def __init__(self, tempo: EngineTempo) -> None:
        self._missed = cost(tempo).missed
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._features: list[tuple[float, ...]] = []

    def watch(self, start: float, end: float, load: Load) -> None:
        self._starts.append(start)
        self._ends.append(end)
        reach = 1.0 - self._missed**load.tokens
        self._features.append((1.0, reach, load.tokens, load.sequences, load.pairs, load.context, 0.0))

    def freeze(self) -> "Sums":
        features = np.array(self._features, dtype=np.float64).reshape(-1, len(TERMS))
        before = np.concatenate([np.zeros((1, len(TERMS))), np.cumsum(features, axis=0)])
        return Sums(np.array(self._starts), np.array(self._ends), features, before)


class Sums(NamedTuple):
    """`before[n]` is what all steps before step n had of each term."""

    starts: Matrix
    ends: Matrix
    features: Matrix
    before: Matrix

    def until(self, ends: Sequence[float]) -> Matrix:
        """What all steps had that were over when a step ended."""
        found: Matrix = self.before[np.searchsorted(self.ends, ends) + 1]
        return found

    def waited(self, queued: float, first: float) -> Matrix:
        """What happened between the queue and the first token; of the step under way only what was left."""
        step = int(np.searchsorted(self.ends, queued, side="right"))
        length = self.ends[step] - self.starts[step]
        left = min(1.0, (self.ends[step] - queued) / length) if length > 0 else 1.0
        found: Matrix = self.until([first])[0] - self.before[step + 1] + left * self.features[step]
        return found


def rows(tempo: EngineTempo, trace: Sequence[Arrival], recorded: Sequence[Outcome]) -> Rows:
    """Two rows for each of the first requests of a trace, those that are recorded: its first token, and all others.

    Not one for each gap: which of its gaps another's prompt fell into is another matter in the record than in the play.
    """
    steps = Steps(tempo)
    engine = Engine(tempo, steps.watch)
    numbers = [engine.submit(arrival.at, arrival.ticket) for arrival in trace]
    while (at := engine.next()) is not None:
        engine.run(at)
    sums, share = steps.freeze(), tempo.terms.arrival.value
    terms: list[Matrix] = []
    seconds: list[float] = []
    for number, outcome in zip(numbers, recorded, strict=False):
        if isinstance(number, Refused):
            continue
        made = engine.times(number)
        terms.append(_first(made, sums, share))
        seconds.append(outcome.ttft)
        if len(outcome.tokens) > 1:
            first, last = sums.until((made.tokens[0][0], made.tokens[0][-1]))
            terms.append(last - first)
            seconds.append(outcome.tokens[-1] - outcome.tokens[0])
    return Rows(np.array(terms), np.array(seconds))


def _first(made: Times, sums: Sums, share: float) -> Matrix:
    assert made.queued is not None
    found = sums.waited(made.queued, made.tokens[0][0])
    found[-1] = (made.queued - made.arrived) / share if share else 0.0
    return found
