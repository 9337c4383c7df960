"""Spreads: each draws what its figures say, never below 0, and knows whether it varies."""

import math
import statistics
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from novastack_simulators.profile.spreads import SPREADS, AnySpread, Base

SOURCE = {"source": "test", "sure": "assumed"}
READ: TypeAdapter[Base] = TypeAdapter(AnySpread)
KNOWN: dict[str, dict[str, Any]] = {
    "constant": {"value": 0.5},
    "uniform": {"least": 0.2, "most": 0.8},
    "normal": {"value": 0.5, "sigma": 0.1},
    "lognormal": {"value": 0.5, "sigma": 0.7},
    "gamma": {"value": 0.5, "shape": 2.0},
    "empirical": {"values": [0.1, 0.4, 0.4, 1.1]},
}
MEANS = {**dict.fromkeys(KNOWN, 0.5), "lognormal": 0.5 * math.exp(0.7**2 / 2)}


def spread(kind: str, **figures: Any) -> Base:
    return READ.validate_python({"kind": kind, **(figures or KNOWN[kind]), **SOURCE})


def draws(which: Base, count: int = 20_000) -> list[float]:
    draw = which.drawer(Random(1))
    return [draw() for _ in range(count)]


def test_every_spread_is_known_here() -> None:
    """A new one gets its line in these tests."""
    assert set(SPREADS) == set(KNOWN)


@pytest.mark.parametrize("kind", SPREADS)
def test_a_kind_is_its_entry(kind: str) -> None:
    """The name in YAML is the key of the table."""
    assert type(spread(kind)) is SPREADS[kind]


@pytest.mark.parametrize("kind", SPREADS)
def test_the_mean_of_many_draws(kind: str) -> None:
    """Within 2 %."""
    assert MEANS[kind] == pytest.approx(statistics.fmean(draws(spread(kind))), rel=0.02)


@pytest.mark.parametrize("kind", SPREADS)
def test_the_same_generator_draws_the_same(kind: str) -> None:
    """No randomness but what is given."""
    assert draws(spread(kind), 50) == draws(spread(kind), 50)


def test_the_median_of_a_lognormal_is_its_value() -> None:
    """And the logarithm's deviation its sigma."""
    found = draws(spread("lognormal"))
    assert 0.5 == pytest.approx(statistics.median(found), rel=0.02)
    assert 0.7 == pytest.approx(statistics.pstdev(map(math.log, found)), rel=0.02)


def test_the_deviations_of_the_others() -> None:
    """A normal's sigma; a gamma's value over the root of its shape."""
    assert 0.1 == pytest.approx(statistics.pstdev(draws(spread("normal"))), rel=0.02)
    assert 0.5 / math.sqrt(2) == pytest.approx(statistics.pstdev(draws(spread("gamma"))), rel=0.02)


def test_an_empirical_spread_draws_what_was_seen() -> None:
    """Twice as often what is listed twice."""
    found = draws(spread("empirical"))
    assert {0.1, 0.4, 1.1} == set(found)
    assert 0.5 == pytest.approx(found.count(0.4) / len(found), abs=0.02)


@given(st.floats(0, 10), st.floats(0, 10), st.integers())
def test_no_time_is_negative(value: float, sigma: float, seed: int) -> None:
    """A normal is cut at 0; the others cannot fall below it."""
    for which in (spread("normal", value=value, sigma=sigma), spread("lognormal", value=value, sigma=sigma)):
        assert which.drawer(Random(seed))() >= 0.0


@pytest.mark.parametrize(
    ("kind", "figures", "fixed"),
    [
        ("constant", {"value": 0.5}, 0.5),
        ("uniform", {"least": 0.5, "most": 0.5}, 0.5),
        ("normal", {"value": 0.5, "sigma": 0}, 0.5),
        ("lognormal", {"value": 0.5, "sigma": 0}, 0.5),
        ("lognormal", {"value": 0, "sigma": 1}, 0.0),
        ("empirical", {"values": [0.5, 0.5]}, 0.5),
        ("uniform", {"least": 0.4, "most": 0.5}, None),
        ("gamma", {"value": 0.5, "shape": 1}, None),
        ("empirical", {"values": [0.5, 0.6]}, None),
    ],
)
def test_what_never_varies_says_so(kind: str, figures: dict[str, Any], fixed: float | None) -> None:
    """Its one value; and its draws agree."""
    which = spread(kind, **figures)
    assert fixed == which.fixed
    assert (fixed is not None) == (len(set(draws(which, 100))) == 1)


def test_without_a_kind_it_is_lognormal() -> None:
    """As profiles had it before there were others."""
    assert spread("lognormal") == READ.validate_python({**KNOWN["lognormal"], **SOURCE})


@pytest.mark.parametrize(
    ("given", "mistake"),
    [
        (
            {"kind": "weibull", "value": 1},
            "unknown kind of spread: known are constant, uniform, normal, lognormal, gamma",
        ),
        ({"kind": "uniform", "least": 2, "most": 1}, "`least` is 2 and `most` 1: expected least <= most"),
        ({"kind": "empirical", "values": []}, "at least 1 item"),
        ({"kind": "gamma", "value": 1, "shape": 0}, "greater than 0"),
        ({"kind": "constant", "value": -1}, "greater than or equal to 0"),
        ({"kind": "constant", "value": 1, "sigma": 1}, "Extra inputs are not permitted"),
    ],
)
def test_a_mistake_is_told(given: dict[str, Any], mistake: str) -> None:
    """What would be right."""
    with pytest.raises(ValidationError, match=mistake):
        READ.validate_python({**given, **SOURCE})
