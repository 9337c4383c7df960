"""The page about the journal keeps up with the code, and its examples hold."""

import json
import re
from pathlib import Path

import pytest
import yaml

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.control.journal import Awaited, Shown
from novastack_simulators.journal import TOLD, Claim, Journal, Keeping, Listing, Query, at_once, verify
from novastack_simulators.journal.verified import NEAREST, SHOWN

PAGE = (Path(__file__).parents[3] / "docs" / "journal.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def rows(text: str) -> set[str]:
    """What stands in the first column of the tables."""
    first = (line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `"))
    return {name for cell in first for name in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Criteria", {*Shown.model_fields}),
        ("An entry", {*TOLD}),
        ("Claims", {*Claim.model_fields} - {"query"}),
        ("What is kept", {*Keeping.model_fields}),
    ],
)
def test_every_name_has_its_row_and_every_row_its_name(heading: str, names: set[str]) -> None:
    """Criteria and parameters, fields, words and settings."""
    assert names == rows(section(heading))


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    """Defaults and bounds."""
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    keeping = SimulatorsConfig.model_validate(yaml.safe_load(text)["simulators"]).journal
    assert Keeping() == keeping.model_copy(update={"file": None})
    assert f"the first {SHOWN} of them" in PAGE
    assert f"{NEAREST} at most, each" in PAGE
    awaited = Awaited()
    assert f"wait?<criteria>&count={awaited.count}&timeout={awaited.timeout:g}`" in PAGE
    assert Awaited(timeout=600).timeout > awaited.timeout


def test_the_requests_of_the_page_can_be_made() -> None:
    """Their criteria, fields and claims are known."""
    (claim,) = re.findall(r"-d '(\{.*?\})'", PAGE)
    assert 1 == Claim.model_validate(json.loads(claim)).exactly
    for model, query in zip((Shown, Awaited, Shown), re.findall(r"_sim/journal(?:/wait)?\?(\S+?)'", PAGE), strict=True):
        model.model_validate(dict(pair.split("=") for pair in query.split("&")))


def test_the_message_of_the_page_is_what_is_said() -> None:
    """To the letter."""
    journal = Journal("u")
    for status, attempt, canary, fault in ((200, 1, None, None), (503, 1, "c-1", "status"), (200, 2, "c-1", None)):
        entry = journal.open("POST", "/chat/completions", (), now=0.0)
        entry.status, entry.attempt, entry.canary, entry.fault = status, attempt, canary, fault
        entry.model = "deepseek-v4-pro"
        journal.close(entry)
    claim = Claim(query=Query(canary="c-1", status=200), exactly=2)
    (shown,) = re.findall(r"\n```\n(expected .*?)```\n", PAGE, re.DOTALL)
    assert at_once(verify(journal, claim)).message.startswith(shown)


def test_a_listing_is_a_query_with_a_limit() -> None:
    """So the criteria are the same everywhere."""
    assert {"limit"} == {*Listing.model_fields} - {*Query.model_fields}
