"""The meter tells what is left of a limit, refilled as time goes by."""

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.quotas.meter import Level, Meter


def test_a_limit_refills_by_the_second() -> None:
    """60 a minute: one comes back each second."""
    meter = Meter({"requests": 60})
    meter.spend({"requests": 10}, 100.0)
    assert {"requests": Level(60, 54, 111.0)} == meter.spend({"requests": 1}, 105.0)


def test_what_has_no_limit_is_not_told() -> None:
    """And an unknown amount changes nothing."""
    assert {} == Meter({}).spend({"requests": 1}, 1.0)


def test_a_clear_makes_it_whole() -> None:
    """As after a reset."""
    meter = Meter({"requests": 5})
    meter.spend({"requests": 5}, 1.0)
    meter.clear()
    assert 4 == meter.spend({"requests": 1}, 1.0)["requests"].left


@given(st.lists(st.tuples(st.integers(0, 200), st.floats(0, 30)), max_size=30))
def test_what_is_left_stays_within_the_limit(spent: list[tuple[int, float]]) -> None:
    """Never below zero, never above the limit, and whole again within a minute."""
    meter, now = Meter({"tokens": 100}), 0.0
    for amount, wait in spent:
        now += wait
        level = meter.spend({"tokens": amount}, now)["tokens"]
        assert 0 <= level.left <= 100
        assert now <= level.whole_at <= now + 60.000001
