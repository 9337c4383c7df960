"""Plays a plan on a reply: every frame at its absolute due time, all that is due in one write, one entry kept true."""

from collections.abc import Callable
from typing import Final, Protocol

from novastack_simulators.journal import Entry
from novastack_simulators.plan import Headers, Plan


class Reply(Protocol):
    """What a plan is played on; the edge's Reply is one."""

    @property
    def closed(self) -> bool: ...

    @property
    def paused(self) -> bool: ...

    def watch(self, on_close: Callable[[], None], on_resume: Callable[[], None]) -> None: ...

    def start(self, status: int, headers: Headers) -> None: ...

    def write(self, data: bytes) -> None: ...

    def end(self) -> None: ...

    def abort(self) -> None: ...


class Timers(Protocol):
    """The shared timer wheel: the time now, and a call at a time to come."""

    def time(self) -> float: ...

    def at(self, due: float, callback: Callable[[], None]) -> None: ...


Wall = Callable[[], float]
OnEnd = Callable[[bool], None]
EARLY: Final = 0.0005


class Playback:
    """One answer on its way. Nothing runs between two due times."""

    def __init__(self, plan: Plan, reply: Reply, entry: Entry, wheel: Timers, wall: Wall) -> None:
        self._plan = plan
        self._reply = reply
        self._entry = entry
        self._wheel = wheel
        self._wall = wall
        self._zero = wheel.time()
        self._next = 0
        self._started = False
        self._stalled = False
        self._on_end: OnEnd | None = None

    def begin(self, on_end: OnEnd | None = None) -> None:
        """Starts; `on_end` is called once, with whether the answer went out whole."""
        self._on_end = on_end
        self._reply.watch(self._cancelled, self._resumed)
        self._entry.status = self._plan.status if self._plan.frames else None
        self._entry.fault = self._plan.fault
        self._step()

    def _step(self) -> None:
        if self._reply.closed:
            return
        if self._reply.paused:
            self._stalled = True
            return
        self._write(self._wheel.time() - self._zero + EARLY)
        plan = self._plan
        if self._next < len(plan.frames):
            self._wheel.at(self._zero + plan.dues[self._next], self._step)
        elif plan.ending != "hang":
            last = plan.dues[-1] if plan.dues else 0.0
            self._finish_at(max(plan.end, last))

    def _write(self, elapsed: float) -> None:
        """All frames that are due, in one write."""
        plan, first = self._plan, self._next
        while self._next < len(plan.frames) and plan.dues[self._next] <= elapsed:
            self._entry.tokens.sent += plan.frames[self._next].tokens
            self._next += 1
        if self._next == first:
            return
        now = self._wall()
        if not self._started:
            self._started = True
            self._entry.first_byte = now
            self._reply.start(plan.status, plan.headers)
        self._entry.last_byte = now
        self._reply.write(b"".join(frame.data for frame in plan.frames[first : self._next]))

    def _finish_at(self, end: float) -> None:
        if self._wheel.time() - self._zero + EARLY >= end:
            self._finish()
        else:
            self._wheel.at(self._zero + end, self._finish)

    def _finish(self) -> None:
        self._ended(whole=self._plan.ending == "complete")
        if self._plan.ending == "abort":
            self._reply.abort()
        else:
            self._reply.end()

    def _resumed(self) -> None:
        if self._stalled:
            self._stalled = False
            self._step()

    def _cancelled(self) -> None:
        self._entry.cancelled_at = self._wall()
        self._ended(whole=False)

    def _ended(self, *, whole: bool) -> None:
        on_end, self._on_end = self._on_end, None
        if on_end is not None:
            on_end(whole)
