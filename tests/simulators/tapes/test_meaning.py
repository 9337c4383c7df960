"""A request is known again by what it means, and two that differ are told apart by their paths."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.journal import Differs
from novastack_simulators.matching import path
from novastack_simulators.tapes.meaning import differences, leaves, meant

BODY = {"model": "m", "messages": [{"role": "user", "content": "hi canary:abcd1234"}], "temperature": 1}


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "same",
    [
        dict(reversed(BODY.items())),
        {**BODY, "stream": False},
        {**BODY, "stop": None},
        {**BODY, "temperature": 1.0},
        {**BODY, "user": "u", "metadata": {"a": "b"}, "prompt_cache_key": "k"},
        {**BODY, "messages": [{"role": "user", "content": "hi canary:zzzz9999", "name": None}]},
    ],
)
def test_what_means_nothing_is_ignored(same: dict[str, Any]) -> None:
    """The order of keys, nulls, the default of `stream`, spellings of a number, whom it is for, a canary."""
    assert meant(encoded(BODY)) == meant(encoded(same))


@pytest.mark.parametrize(
    "other",
    [
        {**BODY, "stream": True},
        {**BODY, "temperature": 0.5},
        {**BODY, "temperature": True},
        {**BODY, "model": "n"},
        {**BODY, "tools": []},
        {**BODY, "messages": [{"role": "user", "content": "hi"}]},
    ],
)
def test_what_means_something_is_not(other: dict[str, Any]) -> None:
    """Also an empty list, and a number that is a truth."""
    assert encoded(meant(encoded(BODY))) != encoded(meant(encoded(other)))


def test_paths_can_be_ignored() -> None:
    """Of members and elements, wherever they are; one that is not there is not missed."""
    ignored = ("messages[0].content", "messages[-1].name", "a.b", "messages[9]", "model.x")
    wanted = {"model": "m", "messages": [{"role": "user"}], "temperature": 1}
    assert wanted == meant(encoded(BODY), ignored)


def test_keys_mean_what_their_masks_mean() -> None:
    """A tape holds the mask, the request the key; masks of any length are one."""
    asked = encoded({"messages": ["my sk-abcdef"], "tools": [{"authorization": "hunter2"}]})
    taped = encoded({"messages": ["my sk-******"], "tools": [{"authorization": "************"}]})
    assert meant(asked) == meant(taped)


@pytest.mark.parametrize("body", [b"", b"no JSON", b"\xff", b"[" * 5000])
def test_what_is_no_json_means_its_bytes(body: bytes) -> None:
    """Nothing is guessed."""
    assert body == meant(body)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_leaves_stand_at_paths_that_can_be_followed(value: Any) -> None:
    """As stubs and `ignore` write them."""
    for place, leaf in leaves(value).items():
        if place:
            (found,) = path.values(value, place)
            assert json.loads(leaf) == found


def test_differences_say_what_is_wanted_and_what_is_there() -> None:
    """Those of the tape first, then what the request has besides."""
    wanted = leaves({"model": "a", "n": 1, "same": True})
    got = leaves({"extra": [], "model": "b", "same": True})
    assert (
        Differs("model", '"a"', '"b"'),
        Differs("n", "1", "nothing"),
        Differs("extra", "nothing", "[]"),
    ) == differences(wanted, got)


def test_long_texts_are_shown_from_where_they_differ() -> None:
    """And no longer than the journal keeps."""
    (told,) = differences({"a": '"' + "x" * 500 + "one" + "y" * 500}, {"a": '"' + "x" * 500 + "two"})
    assert ("…" + "x" * 20 + "one" + "y" * 176 + "…", "…" + "x" * 20 + "two") == (told.wanted, told.got)


def test_no_key_is_shown() -> None:
    """By its look, or by the name under which it stands."""
    shown = differences({"a": '"sk-abcdef"', "tools[0].api_key": '"abc"'}, {"a": '"sk-ghijkl"'})
    assert [Differs("a", '"sk-***"', '"sk-***"'), Differs("tools[0].api_key", "***", "***")] == [*shown]
