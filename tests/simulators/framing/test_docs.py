"""The page keeps up with the code: every setting, way to write and preset has its row."""

from pathlib import Path

import pytest

from novastack_simulators.framing import FRAMINGS, Comments, Framing
from novastack_simulators.framing.pieces import CUTS

PAGE = (Path(__file__).parents[3] / "docs" / "framing.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*Framing.model_fields, *FRAMINGS])
def test_every_setting_and_every_name_has_a_row(name: str) -> None:
    """In the tables of settings and of names."""
    assert f"\n| `{name}` |" in PAGE


@pytest.mark.parametrize("word", CUTS)
def test_every_way_to_write_has_a_row(word: str) -> None:
    """By its word."""
    section = PAGE.split("\n`write`:\n")[1].split("\n## ")[0]
    assert f"| `{word}` |" in section or f"(`{word}`) |" in section


@pytest.mark.parametrize("name", Comments.model_fields)
def test_every_setting_of_comments_is_shown(name: str) -> None:
    """In the example of its row."""
    row = next(line for line in PAGE.splitlines() if line.startswith("| `comments` |"))
    assert f"{name}: " in row
