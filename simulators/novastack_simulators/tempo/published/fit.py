"""Fits the terms of the engine to the published rows that are for the fit, by least squares.

What a data sheet says is a further observation: the experts' weights and the KV cache are read at the memory's speed,
more or less. A figure counts by the logarithm of its error, so that 10 % too slow and 10 % too fast weigh the same.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from novastack_simulators.profile.tempo import EngineTempo
from novastack_simulators.tempo.published.bench import run
from novastack_simulators.tempo.published.rows import Published

TERMS: Final = ("step", "weights", "token", "sequence", "attention", "kv_token", "arrival")
#: A figure is as good as 10 %, a data sheet as good as a factor of 1.35.
FIGURE: Final = 0.1
SHEET: Final = 0.3
#: Seconds by the data sheet of a H100 (3.35 TB/s): an eighth of 454 GB of experts; a KV head of 94 layers, 48,128 bytes.
SHEETS: Final[Mapping[str, float]] = {"weights": 454e9 / 8 / 3.35e12, "kv_token": 48_128 / 3.35e12}


def with_terms(tempo: EngineTempo, values: Mapping[str, float]) -> EngineTempo:
    """The same engine with other figures for its terms."""
    terms = {name: getattr(tempo.terms, name).model_copy(update={"value": value}) for name, value in values.items()}
    return tempo.model_copy(update={"terms": tempo.terms.model_copy(update=terms)})


def errors(tempo: EngineTempo, rows: Published) -> list[float]:
    """How far the simulation is from each figure, and the terms from the data sheets, in their own deviations."""
    found = []
    for row in rows.rows:
        if row.use == "fit":
            made = run(row, rows.machines[row.machine], tempo)
            found += [math.log(made[name] / figure) / FIGURE for name, figure in row.published.items()]
    sheets = (math.log(getattr(tempo.terms, name).value / sheet) / SHEET for name, sheet in SHEETS.items())
    return [*found, *sheets]


def fitted(tempo: EngineTempo, rows: Published) -> dict[str, float]:
    """The values of the terms that fit best, from those of the tempo as a first guess."""
    from scipy.optimize import least_squares  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra brings it

    first = {name: getattr(tempo.terms, name).value for name in TERMS}

    def far(logs: Sequence[float]) -> list[float]:
        return errors(with_terms(tempo, _scaled(first, logs)), rows)

    # Figures move in jumps, since a run has whole steps: differences are taken over 3 %.
    best = least_squares(far, [0.0] * len(TERMS), diff_step=0.03, loss="soft_l1", max_nfev=20)
    return _scaled(first, best.x)


def _scaled(first: Mapping[str, float], logs: Sequence[float]) -> dict[str, float]:
    return {name: value * math.exp(log) for (name, value), log in zip(first.items(), logs, strict=True)}
