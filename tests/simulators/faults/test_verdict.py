"""Which fault strikes, and why: the explanation is made of what decides."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.faults import Struck, chosen, expanded, explained
from novastack_simulators.faults.fault import Fault
from novastack_simulators.faults.rst import Rst
from novastack_simulators.matching import Scene
from novastack_simulators.prompt import Prompt, Turn


def rst(when: Any = "always", **more: Any) -> Fault:
    return Rst.model_validate({"do": "rst", "when": when, **more})


def asked(text: str = "Where is my refund?", **more: Any) -> Scene:
    prompt = Prompt(model="deepseek-v4-pro", turns=(Turn(role="user", text=text),), content=b"", fingerprint=b"")
    return Scene(prompt=prompt, fields={"x-team": "red"}, body=b'{"user": "u-1"}', **more)


def why(fault: Fault, **more: Any) -> tuple[bool, str]:
    (verdict,) = explained([fault], Struck(0, b"", **{"attempt": 1, **more}))
    return verdict.applies, verdict.why


def test_the_first_that_applies_strikes() -> None:
    """The order of the list decides."""
    faults = (rst({"nth": 2}), rst())
    assert [faults[1], faults[0]] == [chosen(faults, Struck(0, b"", attempt)) for attempt in (1, 2)]
    assert [(True, True), (True, False)] == [
        (verdict.applies, verdict.strikes) for verdict in explained(faults, Struck(0, b"", 2))
    ]
    assert chosen(faults[:1], Struck(0, b"", 1)) is None


@pytest.mark.parametrize(
    ("when", "struck", "told"),
    [
        ("always", {}, (True, "it applies to every request")),
        ({"first": 2}, {"attempt": 3}, (False, "attempt 3 is not among the first 2")),
        ({"nth": 3}, {"attempt": 3}, (True, "attempt 3 is attempt 3")),
        ({"every": 2}, {"attempt": 3}, (False, "attempt 3 is not a multiple of 2")),
        ({"between": [5, 9]}, {"since_armed": 6.5}, (True, "the time since arming, 6.5 s, is between 5 and 9 s")),
        (
            {"flap": {"period": 20, "down": 0.25}},
            {"since_armed": 6.5},
            (False, "the time since arming, 6.5 s, is not in the first 5 s of a period of 20 s"),
        ),
        ({"over_quota": True}, {}, (False, "the account is not over its quota")),
        ({"over_quota": False}, {}, (True, "the account is within its quota")),
        (
            {"first": 2, "every": 2, "nth": 9},
            {"attempt": 3},
            (False, "attempt 3 is not among the first 2; attempt 3 is not attempt 9; attempt 3 is not a multiple of 2"),
        ),
    ],
)
def test_each_condition_says_why(when: Any, struck: dict[str, Any], told: tuple[bool, str]) -> None:
    """In a sentence; of a fault that does not apply, what keeps it from it."""
    assert told == why(rst(when), **struck)


def test_a_draw_says_what_was_drawn() -> None:
    """And below what it had to be."""
    applies, told = why(rst({"probability": 0}))
    assert (False, "the draw 0.", " is not below 0") == (applies, told[:11], told[-15:])
    assert why(rst({"ramp": {"from": 0, "to": 1, "over": 10}}), since_armed=10)[1].endswith(" is below 1")


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"model": "deepseek-v4-pro"}, (True, 'model is "deepseek-v4-pro", as wanted: equals "deepseek-v4-pro"')),
        (
            {"any_message": {"contains": "invoice"}},
            (False, 'any_message is "Where is my refund?", not as wanted: contains "invoice"'),
        ),
        (
            {"header": {"x-team": "red"}, "json": {"user": "u-2"}},
            (False, 'json user is "u-1", not as wanted: equals "u-2"'),
        ),
        ({"stub": "greeting"}, (False, 'stub is nothing, not as wanted: equals "greeting"')),
        ({"attempt": 4}, (True, "attempt is 4, as wanted: equals 4")),
    ],
)
def test_each_matcher_says_why(where: Any, told: tuple[bool, str]) -> None:
    """What there was, and what was wanted."""
    assert told == why(rst(where=where), scene=asked(attempt=4))


def test_a_key_is_told_by_its_fingerprint() -> None:
    """On both sides."""
    applies, told = why(rst(where={"key": "sk-secret-key"}), scene=asked(key="sha256:0123456789ab"))
    assert (False, True, False) == (applies, "sha256:0123456789ab" in told, "secret" in told)


def test_of_an_unknown_request_nothing_is_assumed() -> None:
    """A fault with a `where` does not apply to it."""
    assert (False, "nothing is known of the request, and model is wanted") == why(rst(where={"model": "m"}))


@given(
    st.sampled_from(["always", {"first": 2}, {"probability": 0.5}, {"between": [1, 4]}, {"flap": {"period": 3}}]),
    st.sampled_from([None, {"model": "m"}, {"json": {"user": "u-1"}}]),
    st.integers(1, 4), st.floats(0, 9), st.integers(0, 9),
)  # fmt: skip
def test_an_explanation_agrees_with_what_happens(when: Any, where: Any, attempt: int, now: float, seed: int) -> None:
    """What it says strikes is what strikes."""
    faults = expanded([rst(when, where=where), rst({"nth": 3}), rst()])
    struck = Struck(seed, b"", attempt, since_armed=now, scene=asked())
    found = explained(faults, struck)
    assert [chosen(faults, struck)] == [verdict.fault for verdict in found if verdict.strikes]
    assert [bool(chosen([fault], struck)) for fault in faults] == [verdict.applies for verdict in found]
