"""Matchers: each subject, how they combine, and what they say of themselves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from novastack_simulators.matching.match import LONGEST, SUBJECTS
from novastack_simulators.stubs import Match, Scene


@pytest.fixture(scope="session")
def asked(scene: Any) -> Scene:
    found: Scene = scene(
        ("system", "Be kind."),
        ("user", "Where is my refund?"),
        ("assistant", "look_up{}"),
        ("tool", "sent"),
        fields={"x-team": "red", "accept": "*/*"},
        body={"user": "u-1", "tools": [{"function": {"name": "look_up"}}], "temperature": 0.5},
        model="deepseek-v4-pro",
    )
    return found


def held(asked: Scene, match: dict[str, Any]) -> bool:
    return all(matcher.holds(asked) for matcher in Match.model_validate(match).matchers)


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"model": "deepseek-v4-pro"},
        {"model": {"matches": "^deepseek-"}},
        {"last_message": "sent"},
        {"any_message": {"contains": "refund"}},
        {"any_message": {"contains": "kind"}},
        {"tool_result": {"contains": "sen"}},
        {"header": {"x-team": "red"}},
        {"header": {"X-Team": {"matches": "^r"}}},
        {"json": {"user": "u-1"}},
        {"json": {"temperature": {"equals": 0.5}, "tools[0].function.name": {"contains": "look"}}},
        {"model": {"contains": "v4"}, "tool_result": "sent", "header": {"accept": "*/*"}},
    ],
)
def test_it_holds(asked: Scene, match: dict[str, Any]) -> None:
    """Each subject with what the request has; no matcher at all matches every request."""
    assert held(asked, match)


@pytest.mark.parametrize(
    "match",
    [
        {"model": "deepseek"},
        {"last_message": {"contains": "refund"}},
        {"any_message": "refund"},
        {"any_message": {"contains": "kind", "matches": "refund"}},
        {"tool_result": "refund"},
        {"header": {"x-team": "blue"}},
        {"header": {"x-other": {"contains": ""}}},
        {"json": {"user": {"equals": None}}},
        {"json": {"nobody": {"contains": ""}}},
        {"model": {"contains": "v4"}, "tool_result": "lost"},
    ],
)
def test_it_does_not_hold(asked: Scene, match: dict[str, Any]) -> None:
    """One that does not is enough; what is absent matches nothing; all terms are about the same message."""
    assert not held(asked, match)


def test_each_matcher_explains_itself(asked: Scene) -> None:
    """The part, what was wanted, what there was, and whether that was it."""
    match = {
        "last_message": {"contains": "refund", "matches": "^W"},
        "header": {"x-team": "red", "x-other": "1"},
        "json": {"temperature": {"equals": 1}},
    }
    assert [
        ("last_message", 'contains "refund" and matches "^W"', '"sent"', False),
        ("header x-team", 'equals "red"', '"red"', True),
        ("header x-other", 'equals "1"', "nothing", False),
        ("json temperature", "equals 1", "0.5", False),
    ] == [tuple(matcher.explain(asked)) for matcher in Match.model_validate(match).matchers]


def test_an_explanation_is_short_and_keeps_keys_to_itself(scene: Any) -> None:
    """Long texts are capped, of many messages the first few are shown, and what looks like a key is masked."""
    (line,) = (m.explain(scene(("user", "x" * 10_000))) for m in Match(last_message="y").matchers)  # type: ignore[arg-type]  # short for equals
    assert len(line.got) <= LONGEST + 1
    (line,) = (m.explain(scene(*[("user", "hi")] * 9)) for m in Match(any_message="y").matchers)  # type: ignore[arg-type]  # short for equals
    assert '"hi", "hi", "hi", "hi", "hi" and 4 more' == line.got
    (line,) = (
        m.explain(scene(("user", "my key is sk-abcdef123456 and Bearer abcdefgh")))
        for m in Match(last_message="sk-other-secret").matchers  # type: ignore[arg-type]  # short for equals
    )
    assert ('equals "sk-***"', '"my key is sk-*** and Bearer ***"') == (line.wanted, line.got)


def test_a_credential_in_the_body_is_masked(scene: Any) -> None:
    """By the name of its field, whatever it looks like; whether it held is told."""
    match = Match.model_validate({"json": {"metadata.api_key": "abc", "metadata.n": 1}})
    first, second = (m.explain(scene(body={"metadata": {"api_key": "xyz", "n": 1}})) for m in match.matchers)
    assert ("json metadata.api_key", "***", "***", False) == tuple(first)
    assert ("json metadata.n", "equals 1", "1", True) == tuple(second)


@given(st.text(max_size=20), st.text(max_size=20))
def test_an_explanation_agrees_with_the_match(scene: Any, wanted: str, got: str) -> None:
    """What it says held is what holds."""
    asked = scene(("user", got), fields={"x-a": got}, body={"a": got})
    match = {name: {"contains": wanted} for name in ("last_message", "any_message")}
    for matcher in Match.model_validate({**match, "header": {"x-a": wanted}, "json": {"a": wanted}}).matchers:
        assert matcher.holds(asked) == matcher.explain(asked).held


@pytest.mark.parametrize(
    ("match", "place", "reason"),
    [
        ({"modle": "x"}, ("modle",), "Extra inputs"),
        ({"model": {}}, ("model",), "one or more of equals, contains, matches"),
        ({"last_message": {"matches": "("}}, ("last_message", "matches"), "unclosed group"),
        ({"header": {"x team": "a"}}, ("header",), "is not the name of a header"),
        ({"header": {"X-A": "a", "x-a": "b"}}, ("header",), "named more than once"),
        ({"header": {"Authorization": "Bearer k"}}, ("header",), "carries a credential"),
        ({"header": {"x-api-key": "k"}}, ("header",), "carries a credential"),
        ({"json": {"a..b": "x"}}, ("json",), "cannot be read at character 2"),
    ],
)
def test_a_bad_matcher_is_refused_at_its_place(match: dict[str, Any], place: tuple[str, ...], reason: str) -> None:
    """A pattern, a path, a header's name; a credential is not for stubs."""
    with pytest.raises(ValidationError, match=reason) as caught:
        Match.model_validate(match)
    assert [place] == [error["loc"] for error in caught.value.errors()]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_is_a_key_of_match(subject: str) -> None:
    """The table and the model have the same words."""
    assert subject in {field.alias or name for name, field in Match.model_fields.items()}
