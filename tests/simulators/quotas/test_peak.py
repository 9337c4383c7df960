"""The most in any one window, beside a count of every window."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.quotas.peak import GRAINS, Peak

WINDOW = 60_000_000


def most(window: int, events: list[tuple[int, int]]) -> int:
    """By trying every window that begins with an event."""
    sums = (sum(amount for at, amount in events if since <= at < since + window) for since, _ in events)
    return max(sums, default=0)


def test_a_window_slides() -> None:
    """Four at the end of one minute and four at the start of the next are eight together."""
    peak = Peak(WINDOW)
    for at in (59, 59, 59, 59, 61, 61, 61, 61, 200):
        peak.add(1, at * 1_000_000)
    assert 8 == peak.most


def test_a_whole_window_apart_is_not_together() -> None:
    """Sixty seconds are over."""
    peak = Peak(WINDOW)
    peak.add(3, 0)
    peak.add(4, WINDOW)
    assert 4 == peak.most


@given(st.lists(st.tuples(st.integers(0, 20_000_000), st.integers(0, 50)), max_size=60))
def test_it_is_that_of_all_windows(steps: Any) -> None:
    """At least what came within a grain less than a window, at most what came within one."""
    peak, at, events = Peak(WINDOW), 0, []
    for pause, amount in steps:
        at += pause
        events.append((at, amount))
        peak.add(amount, at)
    assert most(WINDOW - WINDOW // GRAINS, events) <= peak.most <= most(WINDOW, events)


@given(st.lists(st.integers(-1_000, 1_000), max_size=50))
def test_a_clock_that_goes_back_loses_nothing(steps: list[int]) -> None:
    """All of it within a window."""
    peak, at = Peak(WINDOW), 10_000_000
    for step in steps:
        at += step
        peak.add(1, at)
    assert len(steps) == peak.most


def test_the_memory_is_bounded() -> None:
    """However many come: an entry for each grain of a window."""
    peak = Peak(6_000)
    for at in range(100_000):
        peak.add(1, at // 4)
    assert GRAINS >= len(peak._log)
    assert 24_000 == peak.most
