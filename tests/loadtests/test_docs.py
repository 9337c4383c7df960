"""The docs name what there is, and only that."""

import re
from pathlib import Path
from typing import Any

import pytest

from novastack_loadtests.scenarios import SCENARIOS
from novastack_loadtests.scenarios.table import ROUTES
from novastack_loadtests.verdicts import VERDICTS

PAGE = (Path(__file__).parents[2] / "docs" / "loadtests.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_scenario_has_its_heading() -> None:
    """And no heading is of a scenario that is gone."""
    assert list(SCENARIOS) == re.findall(r"^### `(\w+)`$", section("Scenarios"), re.MULTILINE)


def test_every_verdict_has_its_heading_with_its_code() -> None:
    """And no heading is of a verdict that is gone."""
    named = re.findall(r"^### `(\w+)` \((\w+)\)$", section("Verdicts"), re.MULTILINE)
    assert {name: question.code for name, question in VERDICTS.items()} == dict(named)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda each: each.name)
def test_every_scenario_lists_its_verdicts(scenario: Any) -> None:
    """In the order of the report."""
    text = section("Scenarios").partition(f"### `{scenario.name}`")[2].partition("###")[0]
    listed = re.findall(r"`(\w+)`", text.partition("Verdicts:")[2].partition(".")[0])
    assert list(scenario.verdicts) == listed


def test_every_way_to_ask_is_named() -> None:
    """The route table of the routing scenario."""
    assert [] == [name for name in ROUTES if f"`{name}`" not in section("Scenarios")]


def test_every_verdict_is_asked_by_a_scenario() -> None:
    """A verdict that nobody asks is no verdict."""
    assert set(VERDICTS) == {name for scenario in SCENARIOS.values() for name in scenario.verdicts}


def test_every_verdict_that_needs_journals_says_so() -> None:
    """And the others do not."""
    for name, question in VERDICTS.items():
        text = section("Verdicts").partition(f"### `{name}`")[2].partition("###")[0]
        assert ("Needs\njournals" in text or "Needs journals" in text) is not question.blind, name
