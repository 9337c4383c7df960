"""Numbers in header text."""

import pytest

from novastack_loadtests.figures import whole


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("600", 600), ("999999999", 999_999_999)])
def test_digits_are_a_number(text: str, number: int) -> None:
    """As they were meant."""
    assert number == whole(text)


@pytest.mark.parametrize("text", [None, "", " 1", "-1", "1.5", "1,000", "6 00", "\u0663", "1" * 5000])
def test_anything_else_is_none(text: str | None) -> None:
    """Other digits, signs, and more digits than Python would read without complaint."""
    assert whole(text) is None
