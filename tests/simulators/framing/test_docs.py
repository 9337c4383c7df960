"""The page keeps up with the code: every setting, way to write and preset has its row."""

from pathlib import Path

import pytest

from novastack_simulators.framing import FRAMINGS, Comments, Framing
from novastack_simulators.framing.pieces import CUTS

PAGE = (Path(__file__).parents[3] / "docs" / "framing.md").read_text(encoding="utf-8")


SETTINGS, WRITES = PAGE.split("\n## Settings\n")[1].split("\n## ")[0].split("\n`write`:\n")
NAMES = PAGE.split("\n## Names\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("name", Framing.model_fields)
def test_every_setting_has_a_row(name: str) -> None:
    """In the table of settings."""
    assert f"\n| `{name}` |" in SETTINGS


@pytest.mark.parametrize("name", FRAMINGS)
def test_every_preset_has_a_row(name: str) -> None:
    """In the table of names."""
    assert f"\n| `{name}` |" in NAMES


@pytest.mark.parametrize("word", CUTS)
def test_every_way_to_write_has_a_row(word: str) -> None:
    """By its word."""
    assert f"| `{word}` |" in WRITES or f"(`{word}`) |" in WRITES


@pytest.mark.parametrize("name", Comments.model_fields)
def test_every_setting_of_comments_is_shown(name: str) -> None:
    """In the example of its row."""
    row = next(line for line in PAGE.splitlines() if line.startswith("| `comments` |"))
    assert f"{name}: " in row
