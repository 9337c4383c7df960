"""Drawn strings match their pattern, in the judge's eyes, whatever of ECMA-262's syntax it uses."""

import jsonschema_rs
import pytest

from novastack_simulators.generation.seed import seeded
from novastack_simulators.generation.values.error import Unfit
from novastack_simulators.generation.values.patterns import sample

PATTERNS = (
    "^abc$", "a|b|cd", "^[a-c][^a-c]$", "^\\d\\D\\w\\W\\s\\S$", "^a{3}b{2,}c{0,2}d?e*f+?$", "^(?:ab){2}(c)\\1$",
    "^\\x41\\u0042$", "^[\\]\\-\\\\]$", "^[a\\-z]$", "^[-a]$", "^\\.\\*\\+\\?\\(\\)$", "^\\p{Lu}\\p{Ll}$", "^\\t\\n$",
    "^[\\d.]+$", "", "^(|x)$", "^[^\\x00-\\x1f]{5}$", "^\\$\\{x\\}$", "^[A-Z]{2}\\d{2}(?: ?[A-Z0-9]{4}){3}$",
)  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_is_drawn_matches(pattern: str) -> None:
    """Each of thirty draws; these patterns have no look-around, so none may fail."""
    judge = jsonschema_rs.validator_for({"pattern": pattern})
    drawn = [sample(pattern, seeded(number)) for number in range(30)]
    assert [] == [text for text in drawn if not judge.is_valid(text)]


@pytest.mark.parametrize("pattern", ["(", "[a", "a)", "^((a{900}){900}){900}$", "[]"])
def test_what_cannot_be_drawn_is_unfit(pattern: str) -> None:
    """Broken syntax, too much text, and the class that holds nothing."""
    with pytest.raises(Unfit):
        sample(pattern, seeded(0))
