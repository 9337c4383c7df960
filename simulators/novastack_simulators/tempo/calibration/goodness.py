"""How well a tempo fits: the recorded requests are played with it, and their times compared with those recorded."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from scipy import stats  # type: ignore[import-untyped]  # it has no types

from novastack_simulators.tempo.outcome import MEASURES, Outcome

SHARES: Final = (0.1, 0.5, 0.9, 0.99)
#: Distances of the two distribution functions, beside what chance makes of samples of that size.
GOOD: Final = 0.05
POOR: Final = 0.1
#: Two samples of n from one distribution are farther apart than this over the root of n / 2 once in twenty times.
CHANCE: Final = 1.36


class Goodness(NamedTuple):
    """One measure: its quantiles as recorded and as played, and the distance of the two distributions."""

    measure: str
    recorded: tuple[float, ...]
    played: tuple[float, ...]
    distance: float
    verdict: Literal["good", "fair", "poor"]

    @property
    def errors(self) -> tuple[float, ...]:
        """How far each quantile is off, as a share of the recorded one."""
        return tuple(made / seen - 1 if seen else 0.0 for seen, made in zip(self.recorded, self.played, strict=True))


def goodness(recorded: Sequence[Outcome], played: Sequence[Outcome], measures: Sequence[str]) -> list[Goodness]:
    """Every measure that both have."""
    both = (
        (name, MEASURES[name](recorded), MEASURES[name]([each for each in played if each.tokens])) for name in measures
    )
    return [_judged(name, seen, made) for name, seen, made in both if seen and made]


def _judged(name: str, seen: Sequence[float], made: Sequence[float]) -> Goodness:
    distance = float(stats.ks_2samp(seen, made, method="asymp").statistic)
    beyond = distance - CHANCE * (2 / min(len(seen), len(made))) ** 0.5
    verdict: Literal["good", "fair", "poor"] = "good" if beyond <= GOOD else "fair" if beyond <= POOR else "poor"
    return Goodness(name, _quantiles(seen), _quantiles(made), distance, verdict)


def _quantiles(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(each) for each in np.quantile(values, SHARES))
