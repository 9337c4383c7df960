"""How late a simulator was is told to 3 %, over all events and over streams."""

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.lateness import MOST, Lateness, bucket, upper


@given(st.integers(0, MOST))
def test_a_bucket_holds_what_is_put_into_it(micros: int) -> None:
    """Its upper end is no less than the value, and no more than 4 % above it."""
    assert micros <= upper(bucket(micros)) <= micros * 1.04 + 1


@given(st.lists(st.floats(0, 60), min_size=1, max_size=200), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_a_share_is_found(seconds: list[float], share: float) -> None:
    """As the sorted values have it, within the width of a bucket."""
    late = Lateness()
    for each in seconds:
        late.add(each)
    ordered = sorted(seconds)
    exact = ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
    assert exact - 2e-6 <= late.at(share) <= exact * 1.04 + 2e-6


def test_what_is_early_is_in_time() -> None:
    """Less than nothing is nothing."""
    late = Lateness()
    late.add(-1.0, 3)
    assert (3, 0, 0.0) == (late.events, late.most, late.at(0.99))


def test_the_report_refuses_a_distorted_run() -> None:
    """Fit only if 99 % of the events were late by no more than is allowed."""
    late = Lateness()
    late.add(0.001, 99)
    late.add(0.5, 1)
    assert late.report(0.005)["fit"]
    late.add(0.5, 1)
    report = late.report(0.005)
    assert not report["fit"]
    assert 500.0 == report["lateness_ms"]["max"]


def test_the_report_shows_how_even_it_was() -> None:
    """From the stream that was least late to the one that was most."""
    late = Lateness()
    for mean in (0.001, 0.002, 0.010):
        late.ended(100, mean * 100)
    late.ended(1, 5.0)
    assert {"ended": 3, "least_ms": 1.0, "p50_ms": 2.0, "p99_ms": 10.0, "most_ms": 10.0} == late.report(1)["streams"]


def test_it_starts_again() -> None:
    """After a reset nothing is remembered."""
    late = Lateness()
    late.add(1.0)
    late.clear()
    assert (0, 0) == (late.events, late.most)
