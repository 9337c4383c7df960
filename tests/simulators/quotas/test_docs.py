"""The page keeps up with the code: every limit, every key and every field of the truth has its line."""

from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
import yaml

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.dialects import DIALECTS
from novastack_simulators.profile import Accounting, LimitName
from novastack_simulators.quotas import Truth
from novastack_simulators.quotas.need import ESTIMATE
from novastack_simulators.quotas.peak import GRAINS
from novastack_simulators.quotas.quotas import MANY

PAGE = (Path(__file__).parents[3] / "docs" / "quotas.md").read_text(encoding="utf-8")
SECTIONS = {part.split("\n")[0]: part for part in PAGE.split("\n## ")}


@pytest.mark.parametrize(
    ("section", "name"),
    [
        *(("Limits", name) for name in get_args(LimitName)),
        *(("Accounts", name) for name in Accounting.model_fields),
        *(("The truth", field.name) for field in fields(Truth)),
    ],
)
def test_every_word_has_a_row(section: str, name: str) -> None:
    """In the table of its section."""
    rows = [line.split("|")[1] for line in SECTIONS[section].split("\n") if line.startswith("| ")]
    assert any(f"`{name}`" in row for row in rows)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_told_apart(dialect: str) -> None:
    """With a row of its own, which names the headers of those that have them."""
    row = next(
        line for line in SECTIONS["What a refused client is told"].split("\n") if line.startswith(f"| {dialect} ")
    )
    assert bool(DIALECTS[dialect].told) == ("ratelimit" in row)
    assert (DIALECTS[dialect].retry is not None) == ("`retry-after`" in row)


def test_the_numbers_are_those_of_the_code() -> None:
    """The estimate, the parts of a window, and how many accounts are kept in any case."""
    assert f"or {ESTIMATE} where" in PAGE
    assert f"the {GRAINS}th part" in PAGE
    assert f"more than {MANY}" in PAGE


def test_the_example_is_a_configuration() -> None:
    """As it stands."""
    example = yaml.safe_load(PAGE.split("```yaml\n")[1].split("```")[0])
    first, second = SimulatorsConfig.model_validate(example["simulators"]).upstreams
    assert ("claude", 50, "profile") == (first.name, first.quotas.requests, second.quotas)
