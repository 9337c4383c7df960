"""When a fault applies is a function of seed, scope, request, attempt and the time since arming."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from novastack_simulators.faults import Struck
from novastack_simulators.faults.rst import Rst
from novastack_simulators.faults.verdict import applies
from novastack_simulators.faults.when import CONDITIONS, When


def rst(when: Any) -> Rst:
    return Rst.model_validate({"do": "rst", "when": when})


def test_the_table_and_the_model_have_the_same_words() -> None:
    """A new word is one entry and one field."""
    assert list(CONDITIONS) == list(When.model_fields)


@pytest.mark.parametrize(
    ("when", "attempts"),
    [
        ("always", [1, 2, 3, 4, 5, 6]),
        ({"first": 2}, [1, 2]),
        ({"nth": 3}, [3]),
        ({"every": 2}, [2, 4, 6]),
        ({"every": 2, "first": 4}, [2, 4]),
        ({"nth": 3, "every": 2}, []),
    ],
)
def test_attempts(when: Any, attempts: list[int]) -> None:
    """Those to which each form applies; of several all must hold."""
    assert attempts == [number for number in range(1, 7) if applies(rst(when), Struck(0, b"x", number))]


@pytest.mark.parametrize(
    ("when", "seconds"),
    [
        ({"between": [0, 2]}, [0, 1]),
        ({"between": [3, 5.5]}, [3, 4, 5]),
        ({"flap": {"period": 4}}, [0, 1, 4, 5, 8, 9]),
        ({"flap": {"period": 5, "down": 0.2}}, [0, 5]),
        ({"flap": {"period": 4}, "between": [4, 9]}, [4, 5, 8]),
        ({"ramp": {"from": 0, "to": 0, "over": 1}}, []),
        ({"ramp": {"from": 1, "to": 1, "over": 1}}, list(range(10))),
    ],
)
def test_seconds_since_arming(when: Any, seconds: list[int]) -> None:
    """Each period of a flap begins down; the end of a span is no longer in it."""
    assert seconds == [now for now in range(10) if applies(rst(when), Struck(0, b"", 1, since_armed=now))]


@pytest.mark.parametrize(("wanted", "over", "struck"), [(True, True, True), (True, False, False), (False, False, True)])
def test_over_quota(wanted: bool, over: bool, struck: bool) -> None:
    """While the account is, or while it is not."""
    assert struck == applies(rst({"over_quota": wanted}), Struck(0, b"", 1, over_quota=over))


@given(st.floats(0, 1), st.integers(), st.binary(), st.integers(1, 99), st.text(max_size=5))
def test_probability_is_reproducible(share: float, seed: int, mark: bytes, attempt: int, scope: str) -> None:
    """The same request at the same attempt always has the same outcome."""
    struck = Struck(seed, mark, attempt, scope)
    assert applies(rst({"probability": share}), struck) == applies(rst({"probability": share}), struck)


def share(when: Any, **more: Any) -> int:
    return sum(applies(rst(when), Struck(0, b"%d" % number, 1, **more)) for number in range(2000))


def test_probability_has_its_share() -> None:
    """Of many requests about that share is struck; with 0 none, with 1 all."""
    assert (0, 2000) == (share({"probability": 0}), share({"probability": 1}))
    assert 500 == pytest.approx(share({"probability": 0.25}), abs=80)


def test_a_ramp_has_its_share_at_each_time() -> None:
    """It rises from one to the other, and stays there."""
    when = {"ramp": {"from": 0.2, "to": 1, "over": 10}}
    assert [400, 1200, 2000, 2000] == pytest.approx([share(when, since_armed=now) for now in (0, 5, 10, 99)], abs=80)
    falls = {"ramp": {"from": 1, "to": 0, "over": 10}}
    assert [2000, 0] == [share(falls, since_armed=now) for now in (0, 10)]


def test_scopes_and_faults_are_drawn_apart() -> None:
    """Another scope, seed or fault strikes others."""

    def hit(when: Any = None, seed: int = 0, **more: Any) -> list[int]:
        fault = Rst.model_validate({"do": "rst", "when": when or {"probability": 0.5}, **more.pop("given", {})})
        return [number for number in range(200) if applies(fault, Struck(seed, b"%d" % number, 1, **more))]

    drawn = [hit(), hit(scope="a"), hit(scope="b"), hit(seed=1), hit(given={"name": "x"}), hit({"probability": 0.5001})]
    assert len(drawn) == len({tuple(each) for each in drawn})


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ([], 'expected "always" or an object of first, nth,'),
        ({}, 'expected "always"'),
        ("never", "got 'never'"),
        ({"sometimes": 1}, "got {'sometimes': 1}"),
        ({"nth": 0}, "greater than or equal to 1, got 0"),
        ({"first": True}, "valid integer, got True"),
        ({"every": 1.5}, "valid integer, got 1.5"),
        ({"probability": 2}, "less than or equal to 1, got 2"),
        ({"between": [5, 2]}, "between expects the earlier time first, got [5.0, 2.0]"),
        ({"between": [5]}, "got [5]"),
        ({"flap": {"period": 0}}, "greater than 0, got 0"),
        ({"flap": {"period": 4, "down": 1}}, "less than 1, got 1"),
        ({"ramp": {"from": 0, "to": 1}}, "Field required"),
        ({"ramp": {"from": 0, "to": 1, "over": float("inf")}}, "got inf"),
        ({"over_quota": "yes"}, "valid boolean, got 'yes'"),
    ],
)
def test_what_is_no_when_is_refused(when: Any, told: str) -> None:
    """With what was given and what would be right."""
    with pytest.raises(ValidationError) as caught:
        rst(when)
    (error,) = caught.value.errors()
    assert ("when", True) == (error["loc"][0], told in error["msg"])
