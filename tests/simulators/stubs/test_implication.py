"""What follows from a matcher, and what contradicts itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.stubs import Match
from novastack_simulators.stubs.implication import contradiction, covers


def covered(above: dict[str, Any], below: dict[str, Any]) -> bool:
    first, second = Match.model_validate(above), Match.model_validate(below)
    return covers(first.matchers, second.matchers)


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ({}, {"model": "x"}),
        ({"model": "x"}, {"model": "x", "last_message": "y"}),
        ({"last_message": {"contains": "fund"}}, {"last_message": "my refund"}),
        ({"last_message": {"contains": "fund"}}, {"last_message": {"contains": "refund"}}),
        ({"last_message": {"matches": "^my"}}, {"last_message": "my refund"}),
        ({"last_message": {"matches": "f.nd"}}, {"last_message": {"contains": "refund"}}),
        ({"last_message": {"matches": "^a"}}, {"last_message": {"matches": "^a", "contains": "b"}}),
        ({"any_message": {"contains": "fund"}}, {"last_message": {"contains": "refund"}}),
        ({"header": {"X-A": {"contains": "r"}}}, {"header": {"x-a": "red"}}),
        ({"json": {"a": {"matches": "^1"}}}, {"json": {"a": {"equals": 12}}}),
        ({"json": {"a": {"contains": 1}}}, {"json": {"a": {"equals": [1, 2]}}}),
    ],
)
def test_it_is_covered(above: dict[str, Any], below: dict[str, Any]) -> None:
    """All that the one matches, the other matches too."""
    assert covered(above, below)


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ({"model": "x"}, {}),
        ({"last_message": {"contains": "refund"}}, {"last_message": {"contains": "fund"}}),
        ({"last_message": {"matches": "^refund"}}, {"last_message": {"contains": "refund"}}),
        ({"last_message": {"matches": r"\brefund"}}, {"last_message": {"contains": "refund"}}),
        ({"last_message": "refund"}, {"last_message": {"contains": "refund"}}),
        ({"last_message": {"contains": "x"}}, {"any_message": {"contains": "x"}}),
        ({"header": {"x-a": "red"}}, {"header": {"x-b": "red"}}),
        ({"json": {"a": {"contains": "ed"}}}, {"json": {"a": {"contains": "red"}}}),
        ({"json": {"a": {"equals": True}}}, {"json": {"a": {"equals": 1}}}),
        ({"json": {"a": {"contains": True}}}, {"json": {"a": {"contains": 1}}}),
    ],
)
def test_it_is_not_covered(above: dict[str, Any], below: dict[str, Any]) -> None:
    """There is a request that only the second matches, as a list with the element "red"."""
    assert not covered(above, below)


LETTERS = st.text("ab1 ", max_size=3)
WANTED = st.dictionaries(st.sampled_from(["equals", "contains", "matches"]), LETTERS, min_size=1)
MATCHES = st.fixed_dictionaries({}, optional={
    "last_message": WANTED, "any_message": WANTED, "json": st.dictionaries(st.sampled_from("ab"), WANTED, max_size=2),
})  # fmt: skip
VALUES = LETTERS | st.integers(0, 12) | st.booleans() | st.none() | st.lists(LETTERS, max_size=2)


@given(MATCHES, MATCHES, st.lists(LETTERS, min_size=1, max_size=3), st.dictionaries(st.sampled_from("ab"), VALUES))
def test_what_is_covered_is_matched(scene: Any, above: Any, below: Any, said: list[str], body: Any) -> None:
    """No request that the covered one matches is missed by the covering one."""
    asked = scene(*(("user", text) for text in said), body=body)
    first, second = Match.model_validate(above), Match.model_validate(below)
    if covered(above, below) and all(matcher.holds(asked) for matcher in second.matchers):
        assert all(matcher.holds(asked) for matcher in first.matchers)


@pytest.mark.parametrize(
    ("wanted", "contradicts"),
    [
        ({"equals": "red", "contains": "x"}, True),
        ({"equals": "red", "matches": "^b"}, True),
        ({"equals": "red", "contains": "e", "matches": "d$"}, False),
        ({"contains": "a", "matches": "^b$"}, False),
    ],
)
def test_a_contradiction_is_shown_and_not_guessed(wanted: dict[str, str], contradicts: bool) -> None:
    """An exact value that is not what else is wanted."""
    (matcher,) = Match.model_validate({"header": {"x-a": wanted}}).matchers
    assert contradicts == (contradiction(matcher) is not None)
