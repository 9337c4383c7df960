"""Which distribution times come from: each family of spreads that can be fitted is an entry in FAMILIES.

The family is the one under which the values are likeliest (by Akaike's criterion, so that a parameter more has to pay
for itself). Where even that one is far off, the values themselves are taken.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]  # it has no types

from novastack_simulators.profile.spreads import SPREADS, Base

Values = NDArray[np.float64]


class Family(NamedTuple):
    """The parameters of the spread that fits values best, and that spread as scipy has it; None: it has no density."""

    fit: Callable[[Values], dict[str, Any]]
    scipy: Callable[..., Any] | None = None


class Fit(NamedTuple):
    """A spread, and its distance from the values: the largest difference of the two distribution functions."""

    spread: Base
    distance: float


#: Farther than this is a poor fit.
POOR: Final = 0.1
#: Values that differ by less than this share of the median are all the same.
SAME: Final = 0.01
KEPT: Final = 200


def _gamma(values: Values) -> dict[str, float]:
    shape, _, scale = stats.gamma.fit(values, floc=0)
    return {"value": float(shape * scale), "shape": float(shape)}


def _lognormal(values: Values) -> dict[str, float]:
    logs = np.log(values)
    return {"value": float(np.exp(logs.mean())), "sigma": float(logs.std())}


FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "constant": Family(lambda values: {"value": float(np.median(values))}),
        "uniform": Family(
            lambda values: {"least": float(values.min()), "most": float(values.max())},
            lambda least, most: stats.uniform(least, most - least),
        ),
        "normal": Family(
            lambda values: {"value": float(values.mean()), "sigma": float(values.std())},
            lambda value, sigma: stats.norm(loc=value, scale=sigma),
        ),
        "lognormal": Family(_lognormal, lambda value, sigma: stats.lognorm(sigma, scale=value)),
        "gamma": Family(_gamma, lambda value, shape: stats.gamma(shape, scale=value / shape)),
        "empirical": Family(
            lambda values: {"values": tuple(np.quantile(values, (np.arange(KEPT) + 0.5) / KEPT).tolist())}
        ),
    }
)


def fitted(values: Sequence[float], source: str, family: str | None = None) -> Fit:
    """The spread of that family, or of the likeliest one. There must be a value, and none below 0."""
    given: Values = np.asarray(values, dtype=np.float64)
    chosen = family or _likeliest(given)
    found = _made(chosen, given, source)
    if family is None and found.distance > POOR:
        return _made("empirical", given, source)
    return found


def criterion(values: Values) -> float:
    """How unlikely the values are under the likeliest family; less is better."""
    name = _likeliest(values)
    return -math.inf if FAMILIES[name].scipy is None else _criterion(name, values)


def _likeliest(values: Values) -> str:
    low, median, high = np.quantile(values, (0.01, 0.5, 0.99))
    if high - low <= SAME * median or len(values) < 3:
        return "constant"
    # A time of nothing is not possible under those that live above 0.
    possible = [name for name, family in FAMILIES.items() if family.scipy and (values.min() > 0 or name == "normal")]
    return min(possible, key=lambda name: _criterion(name, values))


def _criterion(name: str, values: Values) -> float:
    family = FAMILIES[name]
    assert family.scipy is not None
    parameters = family.fit(values)
    return 2 * len(parameters) - 2 * float(family.scipy(**parameters).logpdf(values).sum())


def _made(name: str, values: Values, source: str) -> Fit:
    parameters = FAMILIES[name].fit(values)
    spread = SPREADS[name].model_validate({**_rounded(parameters), "source": source, "sure": "measured"})
    return Fit(spread, _distance(name, parameters, values))


def _distance(name: str, parameters: Mapping[str, Any], values: Values) -> float:
    family = FAMILIES[name]
    if family.scipy is not None:
        return float(stats.kstest(values, family.scipy(**parameters).cdf, method="asymp").statistic)
    if name == "empirical":
        return float(stats.ks_2samp(values, parameters["values"], method="asymp").statistic)
    # All values are one: what lies within 1 % of it is as good as it.
    return float((np.abs(values - parameters["value"]) > SAME * parameters["value"]).mean())


def _rounded(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(map(digits, value)) if isinstance(value, tuple) else digits(value)
        for name, value in parameters.items()
    }


def digits(value: float) -> float:
    """Four digits are more than any record is good for."""
    return 0.0 if value == 0 else round(value, 3 - math.floor(math.log10(abs(value))))
