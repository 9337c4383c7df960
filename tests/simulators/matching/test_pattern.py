"""Patterns are found in linear time, and those that could not be are refused."""

import pytest

from novastack_simulators.matching.pattern import LONGEST, found, readable


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("und", "refund", True),
        ("^und", "refund", False),
        ("(?i)REFUND", "my refund", True),
        (r"\bfund\b", "refund", False),
        (r"^\d{3}-\d{4}$", "555-1234", True),
        ("straße", "Hauptstraße 1", True),
        ("a.c", "a\nc", False),
        ("(?s)a.c", "a\nc", True),
    ],
)
def test_it_is_searched_anywhere(pattern: str, text: str, expected: bool) -> None:
    """Unless anchored; flags stand in the pattern."""
    assert expected == found(readable(pattern), text)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "unclosed group"),
        ("[a", "unclosed character class"),
        ("(?=a)", "look-around"),
        (r"(a)\1", "backreferences are not supported"),
        ("a{1000000}", "exceeds size limit"),
        ("(?:\\w{1,100}){1,100}", "exceeds size limit"),
        ("a" * (LONGEST + 1), "at most 1000 characters"),
    ],
)
def test_a_bad_pattern_is_refused_with_its_reason(pattern: str, reason: str) -> None:
    """One line, without the engine's own drawing."""
    with pytest.raises(ValueError, match=reason) as caught:
        readable(pattern)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "(a*)*b", "(a+a+)+y|a*a*a*a*c"])
def test_no_pattern_runs_away(pattern: str) -> None:
    """With a backtracking engine this test would never end; here the text is read once."""
    assert not found(readable(pattern), "a" * 200_000 + "!")
