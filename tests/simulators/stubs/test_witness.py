"""A request that several stubs match, made from what they want."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.stubs.witness import witness

MODELS = ("m", "n")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"model": "m"}, {"last_message": "x"}),
        ({"model": {"matches": "."}}, {"model": "n"}),
        ({"last_message": {"contains": "a"}}, {"last_message": {"contains": "b"}}),
        ({"last_message": {"contains": "a"}}, {"last_message": {"matches": "^z"}}),
        ({"any_message": "a"}, {"any_message": "b"}),
        ({"any_message": "a", "last_message": "c"}, {"tool_result": "b"}),
        ({"tool_result": "a"}, {"tool_result": "b"}),
        ({"header": {"x-a": "1"}}, {"header": {"x-b": {"matches": r"^\d$"}}}),
        ({"json": {"a.b": {"equals": 1}}}, {"json": {"a.c": {"contains": 2}}}),
        ({"json": {"a": {"contains": "x"}}}, {"json": {"a": {"contains": 3}}}),
    ],
)
def test_one_is_found(stub: Any, first: dict[str, Any], second: dict[str, Any]) -> None:
    """And both do match it."""
    stubs = (stub("a", **first), stub("b", **second))
    both = witness(stubs, MODELS)
    assert both is not None
    assert all(each.matches(both.scene) for each in stubs)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"model": "m"}, {"model": "n"}),
        ({"model": "gone"}, {}),
        ({"last_message": "a"}, {"last_message": "b"}),
        ({"last_message": "a"}, {"last_message": {"contains": "b"}}),
        ({"last_message": {"matches": "^a"}}, {"last_message": {"matches": "^b"}}),
        ({"header": {"x-a": "1"}}, {"header": {"x-a": "2"}}),
        ({"json": {"a": {"equals": 1}}}, {"json": {"a": {"equals": 2}}}),
        ({"json": {"a": {"equals": 1}}}, {"json": {"a.b": {"equals": 2}}}),
    ],
)
def test_none_is_found_where_there_is_none(stub: Any, first: dict[str, Any], second: dict[str, Any]) -> None:
    """Two exact values of one thing, or a thing that is two."""
    assert witness((stub("a", **first), stub("b", **second)), MODELS) is None


def test_none_is_made_of_what_is_said_twice(stub: Any) -> None:
    """A path into the messages may contradict a matcher on them: nothing is claimed."""
    assert witness((stub("a", json={"messages[0].content": "a"}), stub("b", last_message="b")), MODELS) is None


def test_it_is_told_in_words(stub: Any) -> None:
    """What of it makes them match."""
    both = witness((stub("a", last_message="hi"), stub("b", header={"x-a": "1"})), MODELS)
    assert both is not None
    assert 'last_message "hi", header x-a "1"' == both.told
    everything = witness((stub("a"), stub("b")), MODELS)
    assert everything is not None
    assert "any request" == everything.told


LETTERS = st.text("ab^$.", max_size=3)


@given(
    *[st.dictionaries(st.sampled_from(["equals", "contains"]), LETTERS, min_size=1)] * 2,
    st.text("ab.*+^$[]", max_size=5),
)
def test_what_is_found_always_matches(stub: Any, first: Any, second: Any, pattern: str) -> None:
    """Whatever was guessed on the way."""
    try:
        stubs = (stub("a", last_message={**first, "matches": pattern}), stub("b", last_message=second))
    except ValueError:
        return
    both = witness(stubs, MODELS)
    assert both is None or all(each.matches(both.scene) for each in stubs)
