"""One timer for all streams: each waits in the slot of its tick, and only the earliest slot has the alarm set.

Times are absolute, so a late tick makes one write late and never the next.
"""

import heapq
import logging
import math
from collections.abc import Callable
from typing import Final, Protocol

LOGGER: Final = logging.getLogger("novastack.simulators")
TICK: Final = 0.0005
SLACK: Final = 0.001  # of a tick


class Alarm(Protocol):
    """The clock, the one alarm that the wheel needs, and a call in the loop's next turn."""

    @property
    def time(self) -> Callable[[], float]: ...

    @property
    def soon(self) -> Callable[[Callable[[], object]], object]: ...

    def set(self, when: float, callback: Callable[[], object]) -> None: ...

    def close(self) -> None: ...


def _call(callback: Callable[[], None]) -> None:
    """One stream that fails must not stop the others that are due at the same tick."""
    try:
        callback()
    except Exception:
        LOGGER.exception("a callback of the timer wheel failed")


class Wheel:
    """Calls each callback at its due time (seconds on the alarm's clock), rounded up to a tick of half a millisecond."""

    def __init__(self, alarm: Alarm) -> None:
        self._alarm = alarm
        self._slots: dict[int, list[Callable[[], None]]] = {}
        self._ticks: list[int] = []
        self._set: int | None = None
        self._turning = False
        self.time = alarm.time
        self.soon = alarm.soon

    def at(self, due: float, callback: Callable[[], None]) -> None:
        tick = math.ceil(due / TICK)
        slot = self._slots.get(tick)
        if slot is not None:
            slot.append(callback)
            return
        self._slots[tick] = [callback]
        heapq.heappush(self._ticks, tick)
        if not self._turning:
            self._arm()

    def close(self) -> None:
        """Nothing is called any more."""
        self._slots.clear()
        self._ticks.clear()
        self._alarm.close()

    def _arm(self) -> None:
        first = self._ticks[0]
        if self._set is None or first < self._set:
            self._set = first
            self._alarm.set(first * TICK, self._turn)

    def _turn(self) -> None:
        self._set = None
        self._turning = True
        # A little more than now: a product of floats may lie just below the tick that it was made of.
        now = math.floor(self.time() / TICK + SLACK)
        while self._ticks and self._ticks[0] <= now:
            for callback in self._slots.pop(heapq.heappop(self._ticks)):
                _call(callback)
        self._turning = False
        if self._ticks:
            self._arm()
