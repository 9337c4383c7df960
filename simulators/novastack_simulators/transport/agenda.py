"""What is due when, played while somebody waits for an answer: by the clock, or as fast as it can be.

Time passes here and nowhere else in the transport. On the virtual clock it jumps to what is due next.
"""

import asyncio
import heapq
import itertools
import math
import threading
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol


class Clock(Protocol):
    """`pause` and `turn` let time pass until then, for one who waits in a thread or in a loop; `jump` goes there."""

    def time(self) -> float: ...

    def wall(self) -> float: ...

    def pause(self, until: float) -> None: ...

    async def turn(self, until: float) -> None: ...

    def jump(self, until: float) -> None: ...


class Virtual:
    """Begins at the wall's time and moves only when somebody waits."""

    def __init__(self) -> None:
        self._now = 0.0
        self._began = time.time()  # noqa: TID251 - the edge reads the clock

    def time(self) -> float:
        return self._now

    def wall(self) -> float:
        return self._began + self._now

    def pause(self, _until: float) -> None:
        """Nobody waits."""

    async def turn(self, _until: float) -> None:
        """The others of the loop may ask for something that is due before."""
        await asyncio.sleep(0)  # noqa: TID251 - a turn of the loop, no time

    def jump(self, until: float) -> None:
        self._now = max(self._now, until)


class Real:
    """The machine's clocks."""

    def time(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()  # noqa: TID251 - the edge reads the clock

    def pause(self, until: float) -> None:
        threading.Event().wait(max(0.0, until - time.monotonic()))

    async def turn(self, until: float) -> None:
        await asyncio.sleep(max(0.0, until - time.monotonic()))  # noqa: TID251 - time passes at this edge

    def jump(self, _until: float) -> None:
        """It has passed."""


CLOCKS: Final[Mapping[str, Callable[[], Clock]]] = MappingProxyType({"real": Real, "virtual": Virtual})


class Agenda:
    """Callbacks in the order of their due times; those of one time in the order in which they came."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()

    def time(self) -> float:
        return self._clock.time()

    def at(self, due: float, callback: Callable[[], object]) -> None:
        heapq.heappush(self._waiting, (due, next(self._numbers), callback))

    def soon(self, callback: Callable[[], object]) -> None:
        self.at(self.time(), callback)

    @property
    def next(self) -> float:
        """When the next is due; infinity if nothing is."""
        return self._waiting[0][0] if self._waiting else math.inf

    def run(self) -> None:
        """All that is due, but not what those add."""
        now, due = self.time(), list[Callable[[], object]]()
        while self._waiting and self._waiting[0][0] <= now:
            due.append(heapq.heappop(self._waiting)[2])
        for callback in due:
            callback()
