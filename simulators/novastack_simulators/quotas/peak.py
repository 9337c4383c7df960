"""The most that came within any one window, wherever it begins.

Moments are told apart to the GRAINS-th part of the window (10 ms of a minute), which bounds the memory. What is counted
together did come within one window; what lay almost a whole window apart, by less than a grain, may go uncounted.
"""

from collections import deque
from typing import Final

GRAINS: Final = 6_000


class Peak:
    """A sliding sum and the most that it ever was."""

    __slots__ = ("_grain", "_log", "_sum", "most")

    def __init__(self, window: int) -> None:
        self._grain = max(1, window // GRAINS)
        self._log: deque[tuple[int, int]] = deque()
        self._sum = 0
        self.most = 0

    def add(self, amount: int, at: int) -> None:
        """An amount at a time in microseconds."""
        grain, log = at // self._grain, self._log
        self._sum += amount
        while log and log[0][0] <= grain - GRAINS:
            self._sum -= log.popleft()[1]
        if log and log[-1][0] >= grain:
            grain, before = log.pop()
            amount += before
        log.append((grain, amount))
        self.most = max(self.most, self._sum)
