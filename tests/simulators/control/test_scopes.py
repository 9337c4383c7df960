"""The scopes that are in use."""

from typing import Any

import pytest


def test_they_are_listed_by_name(plane: Any) -> None:
    """The one without a name is not: it is always there."""
    plane.chat(**{"x-sim-scope": "a"})
    plane.ask("PUT", "/seed?scope=b", {"seed": 1})
    assert {"scopes": ["a", "b"]} == plane.ask("GET", "/scopes").json()


def test_one_is_closed_with_all_that_is_known_of_it(plane: Any) -> None:
    """Its faults and its part of the journal go; those of others stay."""
    for scope in ("a", "b"):
        plane.ask("PUT", f"/faults?scope={scope}", [{"do": "status", "status": 503}])
        plane.chat(**{"x-sim-scope": scope})
    assert 204 == plane.ask("DELETE", "/scopes/a").status_code
    assert {"scopes": ["b"]} == plane.ask("GET", "/scopes").json()
    assert ["b"] == [entry["scope"] for entry in plane.entries()]


@pytest.mark.parametrize("name", ["nobody", "a"])
def test_closing_what_is_not_there_is_no_mistake(plane: Any, name: str) -> None:
    """The end is the same."""
    assert 204 == plane.ask("DELETE", f"/scopes/{name}").status_code


def test_a_name_that_is_none_is_refused(plane: Any) -> None:
    """As everywhere."""
    assert 422 == plane.ask("DELETE", "/scopes/a%20b").status_code
