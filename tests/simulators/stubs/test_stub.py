"""A stub as a whole."""

from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.stubs import Stub

GOOD: dict[str, Any] = {"name": "a", "priority": 1, "reply": {"text": "hi"}}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": ""}, ("name",)),
        ({"name": "with space"}, ("name",)),
        ({"name": "x" * 101}, ("name",)),
        ({"priority": None}, ("priority",)),
        ({"priority": 1.5}, ("priority",)),
        ({"prioritty": 1}, ("prioritty",)),
        ({"match": {"header": []}}, ("match", "header")),
        ({"reply": None}, ("reply",)),
    ],
)
def test_a_bad_stub_is_refused_at_its_place(change: dict[str, Any], place: tuple[str, ...]) -> None:
    """An unknown key, a missing or a wrong value."""
    with pytest.raises(ValidationError) as caught:
        Stub.model_validate({**GOOD, **change})
    assert [place] == [error["loc"] for error in caught.value.errors()]


def test_the_priority_is_explicit() -> None:
    """There is no default that would decide for the reader."""
    with pytest.raises(ValidationError, match="Field required"):
        Stub.model_validate({"name": "a", "reply": {"text": "hi"}})


def test_it_matches_when_all_matchers_hold(scene: Any, stub: Any) -> None:
    """And explains each."""
    asked = scene(("user", "Hello"), fields={"x-a": "1"})
    one = stub(last_message={"contains": "ell"}, header={"x-a": "2"})
    assert not one.matches(asked)
    assert [True, False] == [line.held for line in one.explain(asked)]
    assert stub(last_message={"contains": "ell"}, header={"x-a": "1"}).matches(asked)
    assert stub().matches(asked)
    assert () == stub().explain(asked)
