"""What is asked of a journal, criterion by criterion."""

from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.journal import Entry, Query
from novastack_simulators.journal.query import CRITERIA

ENTRY = Entry(
    sequence=7, upstream="u", request_id="r", canary="c-1", scope="s", key="sha256:2bb80d537b1d", method="POST",
    path="/chat", model="m", stream=True, attempt=2, status=200, stub="hello", fault="rst",
    expectation='path: wanted "/a", got "/chat"', arrived=10.5, cancelled_at=11.0, ended=True,
)  # fmt: skip
OTHER = Entry(sequence=1, upstream="u", method="GET", path="/", arrived=1.0)

HOLDS: list[tuple[str, Any, Any]] = [
    ("request_id", "r", "q"), ("canary", "c-1", "c-2"), ("scope", "s", ""), ("key", "sha256:2bb80d537b1d", "sha256:0"),
    ("method", "POST", "GET"), ("path", "/chat", "/"), ("model", "m", "n"), ("stream", True, False), ("attempt", 2, 1),
    ("status", 200, 201), ("stub", "hello", "bye"), ("fault", "rst", "fin"), ("cancelled", True, False),
    ("unmet", True, False), ("ended", True, False), ("since", 10.5, 10.6), ("until", 10.6, 10.5), ("after", 6, 7),
]  # fmt: skip


@pytest.mark.parametrize(("name", "holds", "fails"), HOLDS)
def test_each_criterion_holds_and_fails(name: str, holds: Any, fails: Any) -> None:
    """And says what it wanted and got where it fails."""
    assert Query.model_validate({name: holds}).holds(ENTRY)
    query = Query.model_validate({name: fails})
    assert not query.holds(ENTRY)
    assert [name] == [differs.part for differs in query.differs(ENTRY)]


def test_every_criterion_is_tried() -> None:
    """The list above is whole, and each with a row of its own is a field."""
    assert {*Query.model_fields} == {name for name, _, _ in HOLDS} >= {*CRITERIA}


def test_all_that_are_given_must_hold() -> None:
    """None means everything."""
    assert Query().holds(OTHER)
    assert Query(status=200, model="m").holds(ENTRY)
    assert not Query(status=200, model="n").holds(ENTRY)


@pytest.mark.parametrize("query", [Query(cancelled=False), Query(unmet=False), Query(scope=""), Query(ended=False)])
def test_what_did_not_happen_can_be_asked_for(query: Query) -> None:
    """A false or an empty value is a criterion like any other."""
    assert query.holds(OTHER)


def test_what_differs_is_told_in_words() -> None:
    """Only what does."""
    query = Query(model="n", status=200, until=9.0, stub="bye", since=10.5)
    differs = [str(each) for each in query.differs(ENTRY)]
    assert [
        'model: wanted "n", got "m"',
        'stub: wanted "bye", got "hello"',
        "until: wanted before 9.0, got 10.5",
    ] == differs
    assert 'canary: wanted "c", got nothing' == str(Query(canary="c").differs(OTHER)[0])


def test_it_is_readable() -> None:
    """In the order of the fields, as JSON; long and secret values are neither."""
    assert 'canary "c" and status 200 and since 5.0 or later' == str(Query(since=5, status=200, canary="c"))
    assert 'model "sk-***"' == str(Query(model="sk-secret-1"))
    assert 207 == len(str(Query(model="x" * 500)))


def test_a_scope_is_added_unless_there_is_one() -> None:
    """What the query says itself stands, also the scope without a name."""
    assert Query(status=1, scope="s") == Query(status=1).also("s")
    assert [Query(scope="t"), Query(scope="")] == [Query(scope="t").also("s"), Query(scope="").also("s")]
    assert Query(status=1) == Query(status=1).also(None)
    query = Query(status=200)
    assert query.holds(ENTRY)
    assert not query.also("other").holds(ENTRY)


@pytest.mark.parametrize("wrong", [{"colour": 1}, {"attempt": 0}, {"after": -1}, {"status": "x"}, {"cancelled": 5}])
def test_what_cannot_be_asked_is_refused(wrong: dict[str, Any]) -> None:
    """Unknown names and impossible values."""
    with pytest.raises(ValidationError):
        Query.model_validate(wrong)
