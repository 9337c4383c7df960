"""Which distribution times come from: it is told apart, its parameters come back, and a wrong one fits poorly."""

from random import Random
from typing import Any

import pytest

from novastack_simulators.profile.spreads import SPREADS
from novastack_simulators.tempo.calibration.families import FAMILIES, POOR, digits, fitted

SOURCE = {"source": "test", "sure": "measured"}
KNOWN: dict[str, dict[str, float]] = {
    "constant": {"value": 0.5},
    "uniform": {"least": 0.2, "most": 0.8},
    "normal": {"value": 0.5, "sigma": 0.1},
    "lognormal": {"value": 0.5, "sigma": 0.7},
    "gamma": {"value": 0.5, "shape": 2.0},
}


def drawn(name: str, count: int = 4000) -> list[float]:
    draw = SPREADS[name].model_validate({**KNOWN[name], **SOURCE}).drawer(Random(11))
    return [draw() for _ in range(count)]


def two_humps() -> list[float]:
    return [*drawn("normal", 2000), *(value + 3.0 for value in drawn("normal", 2000))]


def test_every_spread_can_be_fitted() -> None:
    """The tables have the same names."""
    assert set(SPREADS) == set(FAMILIES)


@pytest.mark.parametrize("name", KNOWN)
def test_the_family_is_found_and_its_parameters(name: str) -> None:
    """Within 5 %, from four thousand draws; the fit is good."""
    found = fitted(drawn(name), "test")
    parameters: dict[str, Any] = found.spread.model_dump(include=set(KNOWN[name]))
    assert name == getattr(found.spread, "kind", None)
    assert KNOWN[name] == pytest.approx(parameters, rel=0.05)
    assert found.distance < 0.03


@pytest.mark.parametrize(("name", "wrong"), [("lognormal", "uniform"), ("gamma", "normal"), ("uniform", "constant")])
def test_a_wrong_family_is_a_poor_fit(name: str, wrong: str) -> None:
    """Its distribution is far from that of the values."""
    assert fitted(drawn(name), "test", wrong).distance > POOR > fitted(drawn(name), "test").distance


def test_where_no_family_fits_the_values_are_taken() -> None:
    """Two humps are none of the families."""
    found = fitted(two_humps(), "test")
    assert ("empirical", 200) == (getattr(found.spread, "kind", None), len(getattr(found.spread, "values", ())))
    assert found.distance < 0.03


def test_times_of_nothing_rule_out_families_above_0() -> None:
    """A logarithm of 0 is none; the fit is there all the same."""
    found = fitted([0.0, 0.0, *drawn("normal")], "test")
    assert "normal" == getattr(found.spread, "kind", None)


def test_a_spread_says_where_it_is_from() -> None:
    """And that it was measured."""
    spread = fitted(drawn("normal"), "calibrated from x").spread
    assert ("calibrated from x", "measured") == (spread.source, spread.sure)


def test_figures_have_four_digits() -> None:
    """Whatever their size."""
    assert [1235.0, 0.01235, 1.235e-08, 0.0] == [digits(value) for value in (1234.5678, 0.0123456, 1.23456e-8, 0.0)]
