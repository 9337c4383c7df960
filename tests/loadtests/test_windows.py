"""The counting in windows, against a slow oracle that tries every window."""

from hypothesis import given
from hypothesis import strategies as st

from novastack_loadtests.windows import Interval, Possible, crowded, gap_of, quiet

# Whole numbers, so that the edges of windows are hit often.
MOMENTS = st.lists(
    st.builds(lambda start, length: Interval(start, start + length), st.integers(0, 40), st.integers(0, 9))
)
WINDOWS = st.integers(1, 15)


@given(MOMENTS, WINDOWS)
def test_crowded_is_the_most_that_certainly_share_a_window(moments: list[Interval], window: int) -> None:
    """For every window that ends with a moment, count what lies in it whole; the largest count is ours."""
    counts = [
        sum(end - window < each.earliest and each.latest <= end for each in moments)
        for end in {each.latest for each in moments}
    ]
    assert max(counts, default=0) == crowded(moments, window).size


@given(MOMENTS, WINDOWS)
def test_crowded_names_a_window_that_holds_that_many(moments: list[Interval], window: int) -> None:
    """The evidence can be counted again."""
    worst = crowded(moments, window)
    held = sum(worst.until - window < each.earliest and each.latest <= worst.until for each in moments)
    assert worst.size == (held if moments else 0)


@given(st.lists(st.integers(0, 60)), WINDOWS)
def test_moments_known_exactly_are_counted_like_a_sliding_log(instants: list[int], window: int) -> None:
    """Without uncertainty it is the plain maximum over half-open windows."""
    counts = [sum(end - window < each <= end for each in instants) for end in instants]
    assert max(counts, default=0) == crowded([Interval(each, each) for each in instants], window).size


@given(MOMENTS, st.integers(0, 40), st.integers(0, 15))
def test_possible_counts_what_may_lie_in_a_stretch(moments: list[Interval], since: int, length: int) -> None:
    """A moment may lie in a stretch when the two overlap."""
    until = since + length
    expected = sum(each.latest >= since and each.earliest <= until for each in moments)
    assert expected == Possible(moments).count(since, until)


@given(MOMENTS, st.integers(0, 50))
def test_quiet_gaps_hold_no_moment(moments: list[Interval], instant: int) -> None:
    """An instant lies inside a gap exactly when no moment may lie there."""
    covered = any(each.earliest <= instant <= each.latest for each in moments)
    assert covered == (gap_of(Interval(instant, instant), quiet(moments)) is None)


def test_an_interval_across_two_gaps_lies_in_none() -> None:
    """What may have been on either side of a moment proves nothing."""
    assert gap_of(Interval(1, 9), quiet([Interval(4, 5)])) is None
