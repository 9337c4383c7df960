"""The quotas in force, while it runs, and the truth about them."""

from typing import Any

import pytest


def test_what_is_put_is_enforced_until_it_is_removed(plane: Any) -> None:
    """The second of one request a minute is refused; afterwards nothing is."""
    plane.ask("PUT", "/quotas", {"requests": 1})
    assert [200, 429] == [plane.chat()[0] for _ in range(2)]
    assert 204 == plane.ask("DELETE", "/quotas").status_code
    assert 200 == plane.chat()[0]


def test_the_truth_counts_what_was_admitted_and_denied(plane: Any) -> None:
    """A row for the limit of the account, and the time at which it stood so."""
    plane.ask("PUT", "/quotas", {"requests": 1})
    for _ in range(3):
        plane.chat()
    told = plane.ask("GET", "/quotas").json()
    (row,) = (row for row in told["limits"] if row["name"] == "requests")
    assert (1, 2, True) == (row["admitted"], row["denied"], row["enforced"])
    assert plane.clock.wall() == told["now"]


def test_putting_them_makes_every_account_whole(plane: Any) -> None:
    """Also the same ones again."""
    for _ in range(2):
        plane.ask("PUT", "/quotas", {"requests": 1})
        assert 200 == plane.chat()[0]


def test_each_scope_has_its_own(plane: Any) -> None:
    """What one uses up another still has."""
    plane.ask("PUT", "/quotas?scope=a", {"requests": 1})
    assert [200, 429] == [plane.chat(**{"x-sim-scope": "a"})[0] for _ in range(2)]
    assert [200, 200] == [plane.chat(**{"x-sim-scope": "b"})[0] for _ in range(2)]


@pytest.mark.parametrize("body", ["x", {"requests": 0}, {"x": 1}, 5, [], None])
def test_what_are_none_change_nothing(plane: Any, body: Any) -> None:
    """What was used stays used."""
    plane.ask("PUT", "/quotas", {"requests": 1})
    plane.chat()
    assert 422 == plane.ask("PUT", "/quotas", body).status_code
    assert 429 == plane.chat()[0]
