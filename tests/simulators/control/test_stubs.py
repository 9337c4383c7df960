"""The stubs in force, replaced as a whole list."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

STUB: dict[str, Any] = {
    "name": "a",
    "priority": 3,
    "match": {"header": {"x-team": {"equals": "red"}}, "json": {"user": {"equals": None}}},
    "reply": {"text": "hi", "usage": {"completion": 5}},
}


def test_stubs_are_replaced_and_removed(plane: Any) -> None:
    """PUT replaces the list, GET shows it as it was given, DELETE empties it."""
    assert [] == plane.ask("GET", "/stubs").json()
    assert [STUB] == plane.ask("PUT", "/stubs", [STUB]).json()
    assert [STUB] == plane.ask("GET", "/stubs").json()
    assert 204 == plane.ask("DELETE", "/stubs").status_code
    assert [] == plane.ask("GET", "/stubs").json()


def test_what_is_shown_can_be_put_again(plane: Any) -> None:
    """Short forms are written out, names of headers are in lower case."""
    given = {**STUB, "match": {"model": "m", "header": {"X-Team": "red"}}}
    shown = plane.ask("PUT", "/stubs", [given]).json()
    assert {"model": {"equals": "m"}, "header": {"x-team": {"equals": "red"}}} == shown[0]["match"]
    assert shown == plane.ask("PUT", "/stubs", shown).json()


def test_a_bad_list_of_stubs_changes_nothing_and_names_each_field(plane: Any) -> None:
    """Atomic, with the place of every mistake."""
    plane.ask("PUT", "/stubs", [STUB])
    bad = [
        {**STUB, "name": "b"},
        {**STUB, "priority": "high"},
        {**STUB, "match": {"last_message": {"matches": "("}}},
        {**STUB, "match": {"json": {"a..b": 1}}},
        {**STUB, "reply": {"text": "{{ nothing }}"}},
        {**STUB, "reply": {"sequence": []}},
        {**STUB, "reply": {"sequence": [{"text": "a"}, {"error": {"status": 200}}]}},
        {**STUB, "replies": 1},
    ]
    answer = plane.ask("PUT", "/stubs", bad)
    assert 422 == answer.status_code
    assert [
        "stubs[1].priority",
        "stubs[2].match.last_message.matches",
        "stubs[3].match.json",
        "stubs[4].reply.text",
        "stubs[5].reply.sequence",
        "stubs[6].reply.sequence[1].error.status",
        "stubs[7].replies",
    ] == [field["where"] for field in answer.json()["error"]["fields"]]
    assert [STUB] == plane.ask("GET", "/stubs").json()


def test_two_stubs_of_one_name_are_refused(plane: Any) -> None:
    """The journal tells them by their names."""
    answer = plane.ask("PUT", "/stubs", [STUB, STUB])
    assert (422, "stubs: the name 'a' is used more than once, at [0], [1]") == (
        answer.status_code,
        answer.json()["error"]["message"],
    )


@pytest.mark.parametrize("body", [b"{", b"{}", b"null", b'"x"', b"[1]", b'[{"name": "status"}]'])
def test_any_bad_list_of_stubs_is_422(plane: Any, body: bytes) -> None:
    """Never a 500, whatever is sent."""
    answer = plane.ask("PUT", "/stubs", body)
    assert 422 == answer.status_code
    assert "stubs" in answer.json()["error"]["message"]


WORDS = st.sampled_from(["name", "priority", "match", "reply", "text", "json", "header", "sequence", "equals", "a"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(ANYTHING, st.dictionaries(st.sampled_from(["match", "reply", "priority"]), ANYTHING))
def test_no_list_of_stubs_is_too_odd_to_refuse(lasting: Any, odd: Any, change: dict[str, Any]) -> None:
    """Whatever is put: it is taken, or refused with a sentence."""
    for body in (odd, [{**STUB, **change}]):
        answer = lasting.ask("PUT", "/stubs", body)
        assert answer.status_code in (200, 422)
        assert answer.status_code == 200 or answer.json()["error"]["message"]
