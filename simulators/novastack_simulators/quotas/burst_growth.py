"""Burst growth: how fast the rate of requests may rise.

Time is cut into periods of the clock. In each, as many requests are admitted as in the one before times a factor, and
`least` in any case. A request that is patient gets a place in a later period: the first that has room.
"""

from fractions import Fraction

from novastack_simulators.profile import Growth, LimitName
from novastack_simulators.quotas.clock import SECOND, micro
from novastack_simulators.quotas.level import Level
from novastack_simulators.quotas.need import Need, Spent


class BurstGrowth:
    """A gauge of requests in the period of the clock. What it asks to wait ends where a period begins."""

    __slots__ = ("_counts", "_factor", "_least", "_period", "denied", "enforced", "name", "peak", "reserved", "settled")

    def __init__(self, growth: Growth, *, enforced: bool) -> None:
        self.name: LimitName = "burst_growth"
        self.enforced = enforced
        # As it is written: 2.3 of 10 is 23, which a float misses.
        self._factor = Fraction(str(growth.factor))
        self._least = growth.least
        self._period = round(growth.period * SECOND)
        self._counts: dict[int, int] = {}
        self.denied = 0
        self.reserved = 0
        self.settled = 0
        self.peak = 0

    @property
    def window(self) -> float:
        return self._period / SECOND

    def short(self, need: Need, at: int) -> int:
        """Nothing for a caller who is ready to wait as long as it takes."""
        wait = self._wait(at)
        return 0 if wait <= micro(need.patience) else wait

    def full(self, at: int) -> bool:
        return self._wait(at) > 0

    def take(self, _need: Need, at: int) -> int:
        """Counts in the first period that has room; where nothing is enforced, in this one."""
        wait = self._wait(at) if self.enforced else 0
        self._forget(at // self._period)
        period = (at + wait) // self._period
        count = self._counts[period] = self._counts.get(period, 0) + 1
        self.settled += 1
        self.peak = max(self.peak, count)
        return wait

    def settle(self, _need: Need, _spent: Spent, _at: int) -> None:
        """A rate is what arrived; how it ended is nothing to it."""

    def once(self, need: Need, _spent: Spent, at: int) -> Level:
        """A rate is what arrived."""
        self.take(need, at)
        return self.level(at)

    def release(self, _need: Need, _at: int) -> None:
        """Nor that it was taken back: it did arrive."""

    def whole(self, at: int) -> bool:
        self._forget(at // self._period)
        return not self._counts

    def level(self, at: int) -> Level:
        period = at // self._period
        allowed = self._allowed(period)
        return Level(allowed, max(0, allowed - self._counts.get(period, 0)), (period + 1) * self._period / SECOND)

    def used(self, at: int) -> int:
        return self._counts.get(at // self._period, 0)

    def asks(self, _need: Need) -> int:
        return 1

    def had(self, _first: int, _last: int) -> float | None:
        """Nobody can say: what was allowed depends on what was used."""
        return None

    def _wait(self, at: int) -> int:
        period = now = at // self._period
        while self._counts.get(period, 0) >= self._allowed(period):
            period += 1
        return 0 if period == now else period * self._period - at

    def _allowed(self, period: int) -> int:
        return max(self._least, self._counts.get(period - 1, 0) * self._factor.numerator // self._factor.denominator)

    def _forget(self, period: int) -> None:
        """Periods before the last cannot matter any more."""
        for old in [each for each in self._counts if each < period - 1]:
            del self._counts[old]
