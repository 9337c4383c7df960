"""What faults may match besides what stubs may: the key, the stub and the attempt."""

from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.journal import fingerprint
from novastack_simulators.matching import ARRIVALS, SUBJECTS, Match, Where
from novastack_simulators.stubs import Scene


def held(asked: Scene, where: dict[str, Any]) -> bool:
    return all(matcher.holds(asked) for matcher in Where.model_validate(where).matchers)


@pytest.fixture
def asked(scene: Any) -> Scene:
    base = scene(("user", "hi"), fields={"x-team": "red"})
    found: Scene = type(base)(
        prompt=base.prompt, fields=base.fields, body=base.body, key=fingerprint("sk-1"), stub="greeting", attempt=3
    )
    return found


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ({}, True),
        ({"key": "sk-1"}, True),
        ({"key": {"equals": "sk-1"}}, True),
        ({"key": fingerprint("sk-1")}, True),
        ({"key": "sk-2"}, False),
        ({"stub": "greeting"}, True),
        ({"stub": {"matches": "^gr"}}, True),
        ({"stub": "other"}, False),
        ({"attempt": 3}, True),
        ({"attempt": {"matches": "^[1-3]$"}}, True),
        ({"attempt": 4}, False),
        ({"header": {"x-team": "red"}, "key": "sk-1"}, True),
        ({"header": {"x-team": "blue"}, "key": "sk-1"}, False),
    ],
)
def test_it_holds(asked: Scene, where: dict[str, Any], holds: bool) -> None:
    """A plain key is compared by its fingerprint."""
    assert holds is held(asked, where)


@pytest.mark.parametrize("where", [{"key": "sk-1"}, {"stub": {"contains": ""}}])
def test_what_is_not_known_matches_nothing(scene: Any, where: dict[str, Any]) -> None:
    """A request without a key, one that no stub answers."""
    assert not held(scene(), where)


@pytest.mark.parametrize("wrong", [{"contains": "sk-1"}, {"matches": "sk"}, "", 5, {"equals": "a", "contains": "a"}])
def test_of_a_key_nothing_but_the_whole_can_be_wanted(wrong: Any) -> None:
    """Its fingerprint has no part of it; and what was given is not repeated."""
    with pytest.raises(ValidationError) as caught:
        Where.model_validate({"key": wrong})
    assert ['Value error, expected a key or its fingerprint ("sha256:" and 12 hexadecimal digits), and no more than that'] == [
        error["msg"] for error in caught.value.errors()
    ]  # fmt: skip


def test_it_is_shown_as_it_was_given() -> None:
    """Short forms written out, a key as its fingerprint, and nothing that was not given."""
    given = {"model": {"matches": "^m"}, "header": {"X-A": "1"}, "json": {"a": None}, "key": "sk-1", "attempt": 2}
    shown = Where.model_validate(given).model_dump(mode="json")
    assert {
        "model": {"matches": "^m"},
        "header": {"x-a": {"equals": "1"}},
        "json": {"a": {"equals": None}},
        "key": {"equals": fingerprint("sk-1")},
        "attempt": {"equals": 2},
    } == shown
    assert Where.model_validate(given) == Where.model_validate(shown)


def test_every_subject_is_a_key_of_where() -> None:
    """The tables and the models have the same words; stubs have the first only."""
    assert [*SUBJECTS, *ARRIVALS] == [field.alias or name for name, field in Where.model_fields.items()]
    assert [*SUBJECTS] == [field.alias or name for name, field in Match.model_fields.items()]
