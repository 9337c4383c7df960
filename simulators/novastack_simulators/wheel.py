"""One timer for all streams: each waits in the slot of its tick, and only the earliest slot has a timer armed.

Times are absolute, so a late tick makes one write late and never the next.
"""

import heapq
import logging
import math
from collections.abc import Callable
from typing import Final, Protocol

LOGGER: Final = logging.getLogger("novastack.simulators")
TICK: Final = 0.001


class Timer(Protocol):
    """What call_at returns."""

    def cancel(self) -> None: ...


class Loop(Protocol):
    """The clock and the one timer that the wheel needs; an asyncio loop has both."""

    def time(self) -> float: ...

    def call_at(self, when: float, callback: Callable[[], object], /) -> Timer: ...


def _call(callback: Callable[[], None]) -> None:
    """One stream that fails must not stop the others that are due at the same tick."""
    try:
        callback()
    except Exception:
        LOGGER.exception("a callback of the timer wheel failed")


class Wheel:
    """Calls each callback at its due time (seconds on the loop's clock), rounded up to a tick of one millisecond."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._slots: dict[int, list[Callable[[], None]]] = {}
        self._ticks: list[int] = []
        self._armed: tuple[int, Timer] | None = None

    def time(self) -> float:
        return self._loop.time()

    def at(self, due: float, callback: Callable[[], None]) -> None:
        tick = math.ceil(due / TICK)
        slot = self._slots.get(tick)
        if slot is not None:
            slot.append(callback)
            return
        self._slots[tick] = [callback]
        heapq.heappush(self._ticks, tick)
        self._arm()

    def _arm(self) -> None:
        first = self._ticks[0]
        if self._armed is not None:
            if self._armed[0] <= first:
                return
            self._armed[1].cancel()
        self._armed = (first, self._loop.call_at(first * TICK, self._turn))

    def _turn(self) -> None:
        self._armed = None
        now = self._loop.time()
        while self._ticks and self._ticks[0] * TICK <= now + TICK / 2:
            for callback in self._slots.pop(heapq.heappop(self._ticks)):
                _call(callback)
        if self._ticks:
            self._arm()
