"""Concurrency: how many requests are under way at once. When the next one ends, nobody knows."""

from novastack_simulators.quotas.clock import SECOND
from novastack_simulators.quotas.gauge import UNKNOWN
from novastack_simulators.quotas.level import Level
from novastack_simulators.quotas.limit import Limit
from novastack_simulators.quotas.need import Need, Spent


class Concurrency:
    """A gauge of requests under way; what it has spent is request-seconds."""

    __slots__ = ("_area", "_at", "denied", "enforced", "limit", "name", "peak", "reserved", "window")

    def __init__(self, limit: Limit) -> None:
        self.name = limit.name
        self.limit = limit.amount
        self.enforced = limit.enforced
        self.window = None
        self.denied = 0
        self.reserved = 0
        self.peak = 0
        self._area = 0
        self._at = 0

    @property
    def settled(self) -> int:
        return self._area // SECOND

    def short(self, _need: Need, _at: int) -> int:
        return UNKNOWN if self.reserved >= self.limit else 0

    def full(self, _at: int) -> bool:
        return self.reserved >= self.limit

    def take(self, _need: Need, at: int) -> int:
        if at > self._at:
            self._pass(at)
        self.reserved += 1
        if self.reserved > self.peak:  # noqa: PLR1730 - on every request: a call would cost more
            self.peak = self.reserved
        return 0

    def settle(self, _need: Need, _spent: Spent, at: int) -> None:
        if at > self._at:
            self._pass(at)
        self.reserved -= 1

    def once(self, _need: Need, _spent: Spent, at: int) -> Level:
        """As `take`, `level` and `settle` one after the other: it takes no time."""
        if self.reserved >= self.peak:
            self.peak = self.reserved + 1
        return Level(self.limit, max(0, self.limit - self.reserved - 1), at / SECOND)

    def release(self, _need: Need, at: int) -> None:
        self._pass(at)
        self.reserved -= 1

    def whole(self, _at: int) -> bool:
        return not self.reserved

    def level(self, at: int) -> Level:
        return Level(self.limit, max(0, self.limit - self.reserved), at / SECOND)

    def used(self, _at: int) -> int:
        return self.reserved

    def asks(self, _need: Need) -> int:
        return 1

    def had(self, first: int, last: int) -> float:
        return self.limit * (max(last, self._at) - first) / SECOND

    def _pass(self, at: int) -> None:
        if at > self._at:
            self._area += (at - self._at) * self.reserved
            self._at = at
