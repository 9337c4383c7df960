"""A guess at a text for a pattern is good for simple patterns; what it gets wrong is held against the pattern."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.matching.pattern import found
from novastack_simulators.stubs.example import example


@pytest.mark.parametrize(
    "pattern",
    [
        "refund",
        "^hello$",
        "(?i)hello",
        r"^\d+ items?$",
        r"a\.b",
        "[abc]x",
        "[^a]",
        "(red|blue)",
        "a.*z",
        r"\bword\b",
        r"[\]]",
        r"^[\d-]$",
        "x+y*",
    ],
)
def test_the_pattern_is_found_in_it(pattern: str) -> None:
    """Letters, classes, alternatives, anchors, what may be absent and what repeats."""
    assert found(pattern, example(pattern))


@given(st.text(r"ab.*+?^$[](){}|\\d", max_size=12))
def test_any_text_has_some_guess(pattern: str) -> None:
    """Right or wrong, it is a text."""
    assert isinstance(example(pattern), str)
