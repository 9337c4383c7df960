"""Lateness, gaps, durations and evenness of streams whose times are made up."""

from collections.abc import Sequence

import pytest

from benchmarks.loads.streams import Stream
from benchmarks.punctuality import Plan, evenness, punctuality

PLAN = Plan(first=0.2, gap=0.02, tokens=3)


def stream(lates: Sequence[float], *, sent: float = 100.0) -> Stream:
    """A stream whose tokens came so many seconds behind the plan."""
    times = tuple(sent + PLAN.first + index * PLAN.gap + late for index, late in enumerate(lates))
    return Stream(sent=sent, head=times[0], end=times[-1], status=200, whole=True, events=len(times) + 2, content=times)


def test_a_punctual_stream_is_not_late() -> None:
    """Nothing is late, no gap differs, and the duration is the planned one."""
    found = punctuality([stream((0, 0, 0))], PLAN)
    assert pytest.approx((0, 0, 0), abs=1e-6) == (found.lateness_max, found.gap_error_p99, found.duration_error_p99)


def test_lateness_counts_from_the_plan_and_not_from_the_event_before() -> None:
    """Two events that are 5 ms late have lateness 5 ms each, and one gap that is wrong."""
    found = punctuality([stream((0, 0.005, 0.005))], PLAN)
    assert pytest.approx((5, 5, 5)) == (found.lateness_p50, found.lateness_max, found.gap_error_p99)
    assert pytest.approx(100 * 0.005 / 0.24) == found.duration_error_p99


def test_an_early_event_shows() -> None:
    """An event before its time has a lateness below zero."""
    assert pytest.approx(-3) == punctuality([stream((0, -0.003, 0))], PLAN).lateness_min


def test_a_stream_without_all_its_tokens_is_not_whole() -> None:
    """It is counted, and not judged."""
    found = punctuality([stream((0, 0, 0)), stream((9, 9))], PLAN)
    assert (2, 1) == (found.streams, found.whole)
    assert found.lateness_max < 1


def test_evenness_is_of_the_streams_means() -> None:
    """A stream that is later than the others stands out, also one that was cut."""
    found = evenness([stream((0.01, 0.01, 0.01)), stream((0.01, 0.03)), stream((0.05, 0.05, 0.05))], PLAN)
    assert pytest.approx((10, 20, 50)) == (found.p1, found.p50, found.p99)
