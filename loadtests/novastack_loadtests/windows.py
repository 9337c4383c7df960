"""Counting in sliding windows when the moments are known only as intervals.

Rule of this file: pure, exact and never unfair. A gateway decides somewhere between the client's send and the first
sign of the decision, so a moment is an interval; we count what is certain when we accuse of too much, and what is
possible when we accuse of too little.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Interval(NamedTuple):
    """The moment lies in here, ends included. Seconds."""

    earliest: float
    latest: float


class Crowd(NamedTuple):
    """The most moments that certainly share a half-open window that ends at `until`."""

    size: int
    until: float


def crowded(moments: Iterable[Interval], window: float) -> Crowd:
    """The worst window (until - window, until]; a size of 0 when there are no moments. O(n log n) and a sorted list."""
    worst = Crowd(0, 0.0)
    inside: list[float] = []
    for moment in sorted(moments, key=lambda each: each.latest):
        insort(inside, moment.earliest)
        # What began a window ago or earlier has certainly not stayed: later windows end later still.
        del inside[: bisect_right(inside, moment.latest - window)]
        if len(inside) > worst.size:
            worst = Crowd(len(inside), moment.latest)
    return worst


class Possible:
    """How many moments may lie in a stretch of time."""

    def __init__(self, moments: Iterable[Interval]) -> None:
        held = tuple(moments)
        self._earliest = sorted(moment.earliest for moment in held)
        self._latest = sorted(moment.latest for moment in held)

    def count(self, since: float, until: float) -> int:
        """Moments that may lie in [since, until]; since <= until."""
        return bisect_right(self._earliest, until) - bisect_left(self._latest, since)


def quiet(moments: Iterable[Interval]) -> tuple[tuple[float, float], ...]:
    """The open gaps in which certainly none of the moments lies, from minus to plus infinity, ascending."""
    gaps: list[tuple[float, float]] = []
    end = float("-inf")
    for moment in sorted(moments):
        if moment.earliest > end:
            gaps.append((end, moment.earliest))
        end = max(end, moment.latest)
    return (*gaps, (end, float("inf")))


def gap_of(moment: Interval, gaps: Sequence[tuple[float, float]]) -> int | None:
    """The index of the gap that certainly holds the moment, or None."""
    place = bisect_right(gaps, (moment.earliest, float("inf"))) - 1
    begin, end = gaps[place]
    return place if begin < moment.earliest and moment.latest < end else None
