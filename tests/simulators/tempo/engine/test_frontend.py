"""The front end: its time is shared evenly by all requests in it."""

import pytest

from novastack_simulators.tempo.engine.frontend import Frontend


def leaving(frontend: Frontend[str]) -> list[tuple[float, str]]:
    gone = [frontend.leave() for _ in range(len(frontend))]
    return [(round(at, 9), item) for at, item in gone]


def test_a_lone_request_passes_in_its_own_time() -> None:
    """`work` seconds after it came."""
    frontend = Frontend[str](0.5)
    frontend.arrive(1.0, "a")
    assert 1.5 == frontend.due
    assert [(1.5, "a")] == leaving(frontend)
    assert frontend.due is None


def test_those_that_come_together_leave_together_and_late() -> None:
    """n requests share the loop: each takes n times as long."""
    frontend = Frontend[str](0.5)
    for name in "abcd":
        frontend.arrive(1.0, name)
    assert [(3.0, name) for name in "abcd"] == leaving(frontend)


def test_one_that_comes_later_slows_the_one_before() -> None:
    """Half done alone, the rest at half the speed; then the other has the loop alone."""
    frontend = Frontend[str](1.0)
    frontend.arrive(0.0, "a")
    frontend.arrive(0.5, "b")
    assert [(1.5, "a"), (2.0, "b")] == leaving(frontend)


def test_one_that_is_thrown_out_frees_its_share() -> None:
    """The other goes on alone."""
    frontend = Frontend[str](1.0)
    frontend.arrive(0.0, "a")
    frontend.arrive(0.0, "b")
    assert frontend.remove(1.0, "a")
    assert [(1.5, "b")] == leaving(frontend)


def test_one_that_is_not_inside_cannot_be_thrown_out() -> None:
    """Nothing changes."""
    frontend = Frontend[str](1.0)
    frontend.arrive(0.0, "a")
    assert not frontend.remove(0.5, "b")
    assert 1.0 == frontend.due


def test_nobody_can_leave_an_empty_front_end() -> None:
    """A mistake of the caller."""
    with pytest.raises(LookupError, match="nobody is in the front end"):
        Frontend[str](1.0).leave()


def test_looking_changes_nothing() -> None:
    """A microsecond is told apart after any number of looks."""
    frontend = Frontend[str](0.000_001)
    frontend.arrive(1000.0, "a")
    assert {1000.000_001} == {round(frontend.due or 0, 9) for _ in range(1000)}
