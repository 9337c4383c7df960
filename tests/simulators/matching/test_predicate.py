"""What is wanted of a value: equals, contains, matches."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from novastack_simulators.matching.predicate import PREDICATES, Text, Value, Wanted, same

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def holds(wanted: dict[str, Any], got: Any) -> bool:
    value: Wanted = TypeAdapter(Value).validate_python(wanted)
    return all(term.holds(got) for term in value.terms)


@pytest.mark.parametrize(
    ("wanted", "got", "expected"),
    [
        ({"equals": 1}, 1.0, True),
        ({"equals": 1}, True, False),
        ({"equals": False}, 0, False),
        ({"equals": None}, None, True),
        ({"equals": None}, "", False),
        ({"equals": {"a": [1, {"b": None}]}}, {"a": [1, {"b": None}]}, True),
        ({"equals": {"a": [1]}}, {"a": [True]}, False),
        ({"equals": {"a": 1}}, {"a": 1, "b": 2}, False),
        ({"contains": "und"}, "refund", True),
        ({"contains": "Und"}, "refund", False),
        ({"contains": 2}, [1, 2], True),
        ({"contains": True}, [1, 2], False),
        ({"contains": "a"}, ["ab"], False),
        ({"contains": "a"}, {"a": 1}, True),
        ({"contains": 1}, {"a": 1}, False),
        ({"contains": 1}, "1", False),
        ({"contains": "1"}, 1, False),
        ({"matches": "^4[0-9]$"}, 42, True),
        ({"matches": "^true$"}, True, True),
        ({"matches": '^."a"'}, ["a"], True),
        ({"contains": "a", "matches": "b$"}, "ab", True),
        ({"contains": "a", "matches": "b$"}, "ba", False),
    ],
)
def test_what_holds(wanted: dict[str, Any], got: Any, expected: bool) -> None:
    """By JSON's own idea of a value; all that are given must hold."""
    assert expected == holds(wanted, got)


@given(JSON, JSON)
def test_equality_is_equality_of_json(left: Any, right: Any) -> None:
    """Every value equals itself, both ways, and what differs in type differs."""
    assert same(left, left)
    assert same(left, right) == same(right, left)
    if same(left, right):
        assert isinstance(left, bool) == isinstance(right, bool)


def test_a_bare_text_is_short_for_equals() -> None:
    """For texts, and for any value of a body but an object."""
    assert TypeAdapter(Text).validate_python({"equals": "x"}) == TypeAdapter(Text).validate_python("x")
    for value in ("x", 3, None, True, [1]):
        assert TypeAdapter(Value).validate_python({"equals": value}) == TypeAdapter(Value).validate_python(value)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "expected one or more of equals, contains, matches"),
        ({"is": "x"}, "Extra inputs are not permitted"),
        ({"equals": 1}, "valid string"),
        ({"matches": "("}, "unclosed group"),
        (7, "valid dictionary"),
    ],
)
def test_a_bad_matcher_is_refused(given: Any, reason: str) -> None:
    """With what is wrong."""
    with pytest.raises(ValidationError, match=reason):
        TypeAdapter(Text).validate_python(given)


@pytest.mark.parametrize("word", PREDICATES)
def test_every_predicate_is_a_field(word: str) -> None:
    """The table and the model have the same words."""
    assert word in Wanted.model_fields
