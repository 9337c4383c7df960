"""The seed of an upstream, or of a scope."""

from typing import Any


def test_another_seed_says_something_else(plane: Any) -> None:
    """From the next answer on, and the old one again when it is set back."""
    first = plane.chat()
    assert {"seed": 0} == plane.ask("GET", "/seed").json()
    assert {"seed": -7} == plane.ask("PUT", "/seed", {"seed": -7}).json()
    other = plane.chat()
    plane.ask("PUT", "/seed", {"seed": 0})
    assert (True, True) == (other != first, plane.chat() == first)


def test_a_scope_has_its_own(plane: Any) -> None:
    """Others are not touched, and about tells that of the whole."""
    plane.ask("PUT", "/seed?scope=a", {"seed": 5})
    assert [0, 5, 0] == [plane.ask("GET", f"/seed{query}").json()["seed"] for query in ("", "?scope=a", "?scope=b")]
    assert 0 == plane.ask("GET", "").json()["seed"]
