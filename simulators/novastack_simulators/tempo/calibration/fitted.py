"""Fits a fitted tempo: what each prompt token adds to the first token's time, and the spreads of what is left."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy import stats  # type: ignore[import-untyped]  # it has no types
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]  # it has no types

from novastack_simulators.profile import Figure, FittedTempo
from novastack_simulators.tempo.calibration.families import POOR, Fit, criterion, digits, fitted
from novastack_simulators.tempo.calibration.recorded import Record, apart

#: Gaps and first tokens that are looked at, at the most; more of them tell nothing new.
GAPS: Final = 20_000
TIMES: Final = 5_000
#: A slope that is not as many of its own errors away from 0 is none.
SURE: Final = 3.0
#: The likeliest slope is looked for so many errors to both sides.
WIDE: Final = 4.0


class Found(NamedTuple):
    """The tempo, and what should be known about it."""

    tempo: FittedTempo
    notes: tuple[str, ...]


def calibrated(records: Sequence[Record], source: str, family: str | None = None) -> Found:
    """A fitted tempo for the records; `family` instead of the likeliest for both of its spreads."""
    prefill = slope(records)
    rest = [record.outcome.ttft - prefill * record.outcome.prompt_tokens for record in records]
    first = fitted(rest, source, family)
    between = fitted(_gaps(records), source, family)
    tempo = FittedTempo.model_validate(
        {
            "first_token": first.spread,
            "token_gap": between.spread,
            "prefill": Figure(value=digits(prefill), source=source, sure="measured") if prefill else None,
        }
    )
    notes = [*_notes("first_token", first), *_notes("token_gap", between)]
    if all(record.even for record in records):
        notes.append("token_gap: only the means of requests are recorded, so that single gaps are spread wider")
    return Found(tempo, tuple(notes))


def slope(records: Sequence[Record]) -> float:
    """Seconds that a prompt token adds to the first token's time; 0 where none can be told from chance."""
    some_records = records[:: 1 + len(records) // TIMES]
    prompts = np.array([record.outcome.prompt_tokens for record in some_records], dtype=np.float64)
    times = np.array([record.outcome.ttft for record in some_records])
    if len(times) < 3 or np.ptp(prompts) == 0:
        return 0.0
    line = stats.linregress(prompts, times)
    if line.slope <= SURE * line.stderr:
        return 0.0
    # What is left may not be negative, nor nothing. A line through the middle is near; the slope that makes what is left
    # likeliest is nearer, for times are not spread evenly about a line.
    some = prompts > 0
    most = 0.99 * float((times[some] / prompts[some]).min())
    near = (max(0.0, line.slope - WIDE * line.stderr), min(most, line.slope + WIDE * line.stderr))
    if near[0] >= near[1]:
        return most
    best = minimize_scalar(lambda slope: criterion(times - slope * prompts), bounds=near, method="bounded")
    return float(best.x)


def _gaps(records: Sequence[Record]) -> list[float]:
    gaps = [gap for record in records for gap in apart(list(record.outcome.gaps))]
    return gaps[:: 1 + len(gaps) // GAPS] or [0.0]


def _notes(name: str, fit: Fit) -> list[str]:
    kind = getattr(fit.spread, "kind", "")
    if fit.distance > POOR:
        return [f"{name}: {kind} is a poor fit, its distribution is {fit.distance:.2f} away from the recorded one"]
    return [f"{name}: {kind}, its distribution is {fit.distance:.2f} away from the recorded one"]
