"""Which scope a control request is about."""

from typing import Any

import pytest

CUT = [{"do": "cut"}]


@pytest.mark.parametrize("headers", [{}, {"x-sim-scope": "b"}])
def test_the_query_names_it(plane: Any, headers: dict[str, str]) -> None:
    """Also where a header names another."""
    plane.ask("PUT", "/faults?scope=a", CUT, headers=headers)
    assert ("a",) == plane.upstream().scopes.names


def test_the_header_names_it(plane: Any) -> None:
    """As a request that is simulated would."""
    plane.ask("PUT", "/faults", CUT, headers={"x-sim-scope": "b"})
    assert ("b",) == plane.upstream().scopes.names


@pytest.mark.parametrize("query", ["", "?scope="])
def test_without_either_it_is_the_one_without_a_name(plane: Any, query: str) -> None:
    """An empty name is that one too."""
    plane.ask("PUT", f"/faults{query}", CUT)
    assert ((), "cut") == (plane.upstream().scopes.names, plane.upstream().scopes.whole.faults[0].do)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/faults"), ("DELETE", "/journal"), ("POST", "/reset"), ("GET", "/journal")]
)
def test_a_name_that_is_none_is_refused(plane: Any, method: str, path: str) -> None:
    """Wherever a scope can be named."""
    assert 422 == plane.ask(method, f"{path}?scope=a%20b").status_code
