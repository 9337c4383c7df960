"""The page about tempo keeps up with the code: every spread, setting, term, field and option has its row."""

from pathlib import Path

import pytest

from novastack_simulators.profile import EngineTempo, FittedTempo
from novastack_simulators.profile.spreads import SPREADS
from novastack_simulators.profile.tempo import Terms
from novastack_simulators.tempo.trace import ARRIVALS, NAMES

PAGE = (Path(__file__).parents[3] / "docs" / "tempo.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| ")]


@pytest.mark.parametrize("name", SPREADS)
def test_every_spread_has_its_row_with_its_parameters(name: str) -> None:
    """And its parameters stand in it."""
    (row,) = [each for each in rows("Fitted") if each.startswith(f"| `{name}`")]
    parameters = set(SPREADS[name].model_fields) - {"kind", "source", "sure"}
    assert [] == [each for each in parameters if f"`{each}`" not in row]


@pytest.mark.parametrize("name", sorted(set(FittedTempo.model_fields) - {"kind"}))
def test_every_field_of_a_fitted_tempo_has_its_row(name: str) -> None:
    """What it is."""
    assert any(each.startswith(f"| `{name}` |") for each in rows("Fitted"))


@pytest.mark.parametrize("name", sorted({*EngineTempo.model_fields, *Terms.model_fields} - {"kind", "terms"}))
def test_every_setting_and_term_of_an_engine_has_its_row(name: str) -> None:
    """In the first column."""
    assert any(f"`{name}`" in each.split("|")[1] for each in rows("Engine"))


@pytest.mark.parametrize("name", sorted({*ARRIVALS, *(each for names in NAMES.values() for each in names)}))
def test_every_field_of_a_trace_is_told(name: str) -> None:
    """Ours, and those of published traces."""
    assert any(f"`{name}`" in each for each in rows("Dry run"))


@pytest.mark.parametrize("option", ["--kind", "--family", "--profile", "--out", "--plot"])
def test_every_option_of_calibrate_is_told(option: str) -> None:
    """What it does."""
    assert any(f"`{option}`" in each for each in rows("Calibrate"))


def test_the_plot_is_there() -> None:
    """The file that the page shows."""
    assert (Path(__file__).parents[3] / "docs" / "tempo" / "fit.svg").read_bytes().startswith(b"<?xml")
