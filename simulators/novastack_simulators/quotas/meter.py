"""How much of a per-minute limit is left: buckets that refill continuously. Pure: `now` (unix seconds) is given.

Nothing is refused here; the meter only tells what a limit of that size would have left.
"""

from collections.abc import Mapping
from typing import Final

from novastack_simulators.quotas.level import Level

MINUTE: Final = 60.0


class Meter:
    """What has been used of each limit; a limit of 60 a minute gets one back each second."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = dict(limits)
        self._used = dict.fromkeys(limits, 0.0)
        self._at = 0.0

    def spend(self, amounts: Mapping[str, int], now: float) -> Mapping[str, Level]:
        """Takes the amounts (of limits that exist) and returns all levels after it."""
        elapsed = max(0.0, now - self._at)
        self._at = max(self._at, now)
        for name, limit in self._limits.items():
            rest = max(0.0, self._used[name] - elapsed * limit / MINUTE)
            self._used[name] = min(float(limit), rest + amounts.get(name, 0))
        return {name: self._level(name, limit) for name, limit in self._limits.items()}

    def _level(self, name: str, limit: int) -> Level:
        used = self._used[name]
        return Level(limit, int(limit - used), self._at + used * MINUTE / limit)

    def clear(self) -> None:
        self._used = dict.fromkeys(self._limits, 0.0)
