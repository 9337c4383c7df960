"""The most that came within any one window, wherever it begins.

Moments are told apart to the GRAINS-th part of the window (10 ms of a minute), which bounds the memory. What is counted
together did come within one window; what lay almost a whole window apart, by less than a grain, may go uncounted.
"""

from collections import deque
from typing import Final

GRAINS: Final = 6_000


class Peak:
    """A sliding sum and the most that it ever was. The newest grain is kept apart from the log of those before it."""

    __slots__ = ("_amount", "_grain", "_log", "_newest", "_sum", "most")

    def __init__(self, window: int) -> None:
        self._grain = max(1, window // GRAINS)
        self._log: deque[tuple[int, int]] = deque()
        self._newest = 0
        self._amount = 0
        self._sum = 0
        self.most = 0

    def add(self, amount: int, at: int) -> None:
        """An amount at a time in microseconds; a time that goes back counts as the newest."""
        grain = at // self._grain
        if grain > self._newest:
            self._slide(grain)
        self._amount += amount
        self._sum += amount
        if self._sum > self.most:  # noqa: PLR1730 - on every request: a call would cost more
            self.most = self._sum

    def _slide(self, grain: int) -> None:
        log = self._log
        log.append((self._newest, self._amount))
        while log and log[0][0] <= grain - GRAINS:
            self._sum -= log.popleft()[1]
        self._newest, self._amount = grain, 0
