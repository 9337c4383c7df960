"""When a fault applies is a function of seed, fingerprint and attempt; where it strikes is a phase."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from novastack_simulators.faults import FAULTS, Cut, Fault, Struck, chosen
from novastack_simulators.faults.fault import applies


def cut(when: Any) -> Cut:
    return Cut.model_validate({"do": "cut", "when": when})


@pytest.mark.parametrize(
    ("when", "attempts"),
    [("always", [1, 2, 3, 4, 5, 6]), ({"first": 2}, [1, 2]), ({"nth": 3}, [3]), ({"every": 2}, [2, 4, 6])],
)
def test_when(when: Any, attempts: list[int]) -> None:
    """The attempts to which each form applies."""
    assert attempts == [number for number in range(1, 7) if applies(cut(when), Struck(0, b"x", number))]


@given(st.floats(0, 1), st.integers(), st.binary(), st.integers(1, 99))
def test_probability_is_reproducible(share: float, seed: int, mark: bytes, attempt: int) -> None:
    """The same request at the same attempt always has the same outcome."""
    struck = Struck(seed, mark, attempt)
    assert applies(cut({"probability": share}), struck) == applies(cut({"probability": share}), struck)


def test_probability_has_its_share() -> None:
    """Of many requests about that share is struck; with 0 none, with 1 all."""
    hits = {
        share: sum(applies(cut({"probability": share}), Struck(0, b"%d" % number, 1)) for number in range(2000))
        for share in (0, 0.25, 1)
    }
    assert (0, 2000) == (hits[0], hits[1])
    assert 500 == pytest.approx(hits[0.25], abs=80)


def test_the_first_that_applies_strikes() -> None:
    """The order of the list decides."""
    faults = (cut({"nth": 2}), cut("always"))
    assert [faults[1], faults[0]] == [chosen(faults, Struck(0, b"", attempt)) for attempt in (1, 2)]


BAD: list[dict[str, Any]] = [
    {"do": "cut", "at": "nowhere"},
    {"do": "cut", "at": {"after_tokens": 0}},
    {"do": "cut", "at": {"after_tokens": 1, "x": 2}},
    {"do": "cut", "at": 5},
    {"do": "cut", "when": {"nth": 0}},
    {"do": "cut", "when": {"probability": 2}},
    {"do": "cut", "when": {"every": 1.5}},
    {"do": "cut", "when": []},
    {"do": "cut", "extra": 1},
    {"do": "status"},
    {"do": "status", "status": 200},
    {"do": "status", "status": 500, "at": "before_done"},
    {"do": "stall"},
    {"do": "stall", "for": 0},
    {"do": "stall", "for": "a while"},
]


@pytest.mark.parametrize("given", BAD)
def test_bad_faults_are_refused(given: dict[str, Any]) -> None:
    """Every bad field is an error when the fault is armed, not when it strikes."""
    with pytest.raises(ValidationError):
        TypeAdapter[Fault](FAULTS[given["do"]].model).validate_python(given)
