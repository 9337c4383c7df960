"""Fits the terms of an engine: the recorded requests are played, and the terms set so that the times become theirs.

Given what each step of the play had to do, the recorded times are linear in the terms: least squares. With new terms the
steps are others, so it is played and solved again, until nothing changes.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import least_squares  # type: ignore[import-untyped]  # it has no types

from novastack_simulators.profile import EngineTempo, Figure
from novastack_simulators.tempo.calibration.families import digits
from novastack_simulators.tempo.calibration.recorded import Record
from novastack_simulators.tempo.calibration.steps import TERMS, Matrix, Rows, rows
from novastack_simulators.tempo.replay import Arrival
from novastack_simulators.tempo.trace import Request, arrival

#: Requests that the fit looks at, the first ones.
LOOKED_AT: Final = 1000
#: A time is as good as 5 %. What share a term has of the whole is known beforehand as well as from one record in so many.
TIME: Final = 0.05
BEFOREHAND: Final = 100
ROUNDS: Final = 15
DONE: Final = 1e-3
#: A term of which that is more than this share of all that is known leans on it.
LEANS: Final = 0.3
LEAST: Final = 1e-6


class Found(NamedTuple):
    """The tempo, and what should be known about it."""

    tempo: EngineTempo
    notes: tuple[str, ...]


class Solved(NamedTuple):
    """Terms as multiples of the first guess, and what share of what is known of each was known beforehand."""

    times: Matrix
    leaning: Matrix


def arrivals(records: Sequence[Record], block_size: int | None) -> list[Arrival]:
    """The recorded requests, to be played again."""
    return [arrival(_request(record), block_size) for record in records]


def calibrated(records: Sequence[Record], source: str, first: EngineTempo) -> Found:
    """One replica with the settings of `first` whose terms fit the records; terms of nothing stay so."""
    looked_at = [record.outcome for record in records[:LOOKED_AT]]
    last = max(outcome.tokens[-1] for outcome in looked_at)
    # Those that come while the last of them are made slow them down.
    beside = [record for record in records if record.outcome.arrival <= last]
    trace = arrivals(beside, int(first.block_size.value))
    base = np.array([getattr(first.terms, name).value for name in TERMS])
    tempo, seen = first.model_copy(update={"replicas": 1}), [np.ones(len(TERMS))]
    for _ in range(ROUNDS):
        solved = _solved(rows(tempo, trace, looked_at), base)
        seen.append(solved.times)
        tempo = _with(tempo, base * seen[-1], source)
        if np.abs(seen[-1] / seen[-2] - 1).max() < DONE:
            break
    # Whole steps jump, so the last rounds go round the answer: their mean is nearer to it than any of them.
    settled = seen[-1] if len(seen) <= ROUNDS else np.mean(seen[len(seen) // 2 :], axis=0)
    tempo = _with(tempo, base * settled, source)
    return Found(tempo, tuple(_notes(solved, base, len(looked_at), len(records))))


def _request(record: Record) -> Request:
    outcome, _, prefix = record
    return Request(0, outcome.arrival, outcome.prompt_tokens, (len(outcome.tokens),), prefix=prefix)


def _solved(there: Rows, base: Matrix) -> Solved:
    """The terms under which the steps take the recorded times; a few times that are far off count less."""
    deviations = TIME * np.maximum(there.seconds, 1e-6)
    wanted = there.seconds / deviations
    parts = there.terms * base / deviations[:, None]
    whole = float(np.median(wanted / np.maximum(parts.sum(axis=1), LEAST)))
    weight = float((len(wanted) / BEFOREHAND) ** 0.5) / whole
    parts = np.concatenate([parts, weight * np.eye(len(base))])
    wanted = np.concatenate([wanted, np.full(len(base), weight * whole)])
    best = least_squares(
        lambda times: parts @ times - wanted,
        np.full(len(base), whole),
        jac=lambda _: parts,
        bounds=(LEAST * whole, np.inf),
        loss="soft_l1",
    )
    return Solved(best.x, weight**2 * np.diag(np.linalg.inv(parts.T @ parts)))


def _with(tempo: EngineTempo, values: Matrix, source: str) -> EngineTempo:
    terms = {
        name: Figure(value=digits(float(value)), source=source, sure="measured")
        for name, value in zip(TERMS, values, strict=True)
    }
    return tempo.model_copy(update={"terms": tempo.terms.model_copy(update=terms)})


def _notes(solved: Solved, base: Matrix, looked_at: int, recorded: int) -> Iterator[str]:
    for name, leaning, value in zip(TERMS, solved.leaning, base, strict=True):
        if value > 0 and leaning > LEANS:
            yield f"{name}: the records say little about it, it leans on the engine that the fit began with"
    if looked_at < recorded:
        yield f"the terms are fitted to the first {looked_at:,} requests"
