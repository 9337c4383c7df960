"""Runs a serving engine in real time: the schedule that it has in virtual time, told to each answer as it happens.

The engine's own time is seconds since the start, `speed` times faster; its steps start where the one before ended, so
a loop that is late makes writes late and never the schedule.
"""

from collections.abc import Callable
from functools import partial
from itertools import accumulate
from typing import Final

from novastack_simulators.load import Load
from novastack_simulators.plan import Plan, Ticket
from novastack_simulators.playback import Playback, Timers
from novastack_simulators.profile import EngineTempo
from novastack_simulators.tempo.engine import Engine, Gauges, Refused

SOON: Final = 1e-9


class Pacing:
    """Tells a playback which of its frames are due, from the tokens that an engine has made for it."""

    def __init__(self, plan: Plan, playback: Playback) -> None:
        self._plan = plan
        self._playback = playback
        self._needs = [max(1, made) for made in accumulate(frame.tokens for frame in plan.frames)]
        self._next = 0
        self._anchor: float | None = None
        self._last = 0.0

    @property
    def zero(self) -> float:
        return self._playback.zero

    def made(self, tokens: int, at: float, done: bool) -> None:
        """So many tokens are made, the last of them `at` seconds after the arrival."""
        needs, first = self._needs, self._next
        last = first
        while last < len(needs) and (done or needs[last] <= tokens):
            last += 1
        if last > first:
            self._next = last
            self._playback.due([self._due(index, at) for index in range(first, last)])

    def _due(self, index: int, at: float) -> float:
        """A fault may stretch the time between tokens, or delay what follows; nothing comes before what was before."""
        slow = self._plan.slow
        if slow is not None and index >= slow[0]:
            self._anchor = at if self._anchor is None else self._anchor
            at = self._anchor + (at - self._anchor) * slow[1]
        self._last = max(self._last, at + self._plan.dues[index])
        return self._last


class Job:
    """An answer that an engine is making. `number` is the one under which the load counts it."""

    def __init__(self, pacing: Pacing, load: Load) -> None:
        self.number: int | None = None
        self._pacing = pacing
        self._load = load
        self._release: Callable[[], float] = lambda: 0.0

    def begin(self, release: Callable[[], float]) -> None:
        self._release = release

    def made(self, tokens: int, at: float, done: bool) -> None:
        """So many tokens are made, the last of them at that time (on the wheel's clock)."""
        after = at - self._pacing.zero
        if self.number is not None:
            self._load.made(self.number, tokens, after)
        self._pacing.made(tokens, after, done)

    def end(self) -> float:
        """The answer has ended, perhaps before its tokens were made; returns how long it was queued, in seconds."""
        return self._release()


class Serving:
    """One engine, on a wheel."""

    def __init__(self, tempo: EngineTempo, wheel: Timers, speed: float) -> None:
        self._engine = Engine(tempo)
        self._wheel = wheel
        self._speed = speed
        self._zero = wheel.time()
        self._jobs: dict[int, Job] = {}
        self._set: float | None = None

    def look(self) -> Gauges:
        """How full it is now."""
        self._turn()
        return self._engine.gauges

    def submit(self, ticket: Ticket, job: Job) -> Job | Refused:
        """Takes a request, and tells the job of its tokens from now on."""
        number = self._engine.submit(self._now(), ticket)
        if isinstance(number, Refused):
            return number
        self._jobs[number] = job
        job.begin(partial(self._end, number))
        self._arm()
        return job

    def _end(self, number: int) -> float:
        times = self._engine.times(number)
        if self._jobs.pop(number, None) is not None:
            self._engine.cancel(number, self._now())
        self._engine.forget(number)
        self._arm()
        queued = 0.0 if times.scheduled is None else times.scheduled - times.arrived
        return queued / self._speed

    def _now(self) -> float:
        return (self._wheel.time() - self._zero) * self._speed

    def _turn(self) -> None:
        for number, at, tokens, done in self._engine.advance(self._now()):
            job = self._jobs.get(number)
            if job is not None:
                if done:
                    del self._jobs[number]
                job.made(tokens, self._zero + at / self._speed, done)

    def _arm(self) -> None:
        """One call is waiting at the most; a wheel forgets nothing, so an earlier one is added and the later one idles."""
        at = self._engine.next()
        due = None if at is None else self._zero + at / self._speed + SOON
        if due is not None and (self._set is None or due < self._set):
            self._set = due
            self._wheel.at(due, self._rung)

    def _rung(self) -> None:
        if self._set is not None and self._wheel.time() >= self._set:
            self._set = None
        self._turn()
        self._arm()
