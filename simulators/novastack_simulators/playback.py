"""Plays a plan on a reply: every frame at its absolute due time, all that is due in one write, one entry kept true.

Planned against actual times are kept for each stream, and every write tells how late it was.
"""

from array import array
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

from novastack_simulators.journal import Entry
from novastack_simulators.lateness import Lateness
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

    def fin(self) -> None: ...

    def abort(self) -> None: ...


class Timers(Protocol):
    """The shared timer wheel: the time now, a call at a time to come, and one in the loop's next turn."""

    @property
    def time(self) -> Callable[[], float]: ...

    @property
    def soon(self) -> Callable[[Callable[[], None]], object]: ...

    def at(self, due: float, callback: Callable[[], None]) -> None: ...


Wall = Callable[[], float]
OnEnd = Callable[[bool], None]
# A write may be early by less than anyone can see: what is due within it goes out at once.
EARLY: Final = 0.00002


class Stage(NamedTuple):
    """Where plans are played: the wheel, the wall clock (unix seconds), and who is told how late it was."""

    wheel: Timers
    wall: Wall
    lateness: Lateness


class Playback:
    """One answer on its way. Nothing runs between two due times.

    `dues` are the planned times and `sent` the actual ones, in seconds after `zero`, one for each frame so far;
    `latest` is the most that a write was late.
    """

    __slots__ = (
        "_late", "_next", "_on_end", "_repeats", "_reply", "_stage", "_stalled", "dues", "entry", "latest", "plan",
        "sent", "zero",
    )  # fmt: skip

    def __init__(self, plan: Plan, reply: Reply, entry: Entry, stage: Stage) -> None:
        self.plan = plan
        self._reply = reply
        self._stage = stage
        self.zero = stage.wheel.time()
        self._next = 0
        self._repeats = 0
        self._late = 0.0
        self.latest = 0.0
        self._stalled = False
        self._on_end: OnEnd | None = None
        self.entry = entry
        self.dues: Sequence[float] | array[float] = plan.dues if plan.ticket is None else array("d")
        self.sent = array("d")

    def begin(self, on_end: OnEnd | None = None) -> None:
        """Starts; `on_end` is called once, with whether the answer went out whole."""
        self._on_end = on_end
        plan, reply = self.plan, self._reply
        if plan.whole and not reply.paused:
            self._write(0, self._stage.wheel.time() - self.zero + EARLY)
            self._finish()
        else:
            reply.watch(self._cancelled, self._resumed)
            self._step()

    def due(self, dues: Sequence[float]) -> None:
        """More frames of a plan with a ticket are due, at these times (seconds after the arrival)."""
        if isinstance(self.dues, array):
            waited = self._next == len(self.dues)
            self.dues.extend(dues)
            if waited:
                self._step()

    def _step(self) -> None:
        if self._reply.closed:
            return
        if self._reply.paused:
            self._stalled = True
            return
        index, dues = self._next, self.dues
        elapsed = self._stage.wheel.time() - self.zero + EARLY
        if index < len(dues) and dues[index] <= elapsed:
            self._write(index, elapsed)
            index = self._next
        if index < len(dues):
            if self.plan.apart and dues[index] <= elapsed:
                self._stage.wheel.soon(self._step)
            else:
                self._stage.wheel.at(self.zero + dues[index], self._step)
        elif index == len(self.plan.frames):
            self._spent()

    def _write(self, index: int, elapsed: float) -> None:
        """All frames that are due, in one write; where they are to stay apart, the first of them."""
        frames, dues, count = self.plan.frames, self.dues, len(self.dues)
        last, actual = index + 1, elapsed - EARLY
        if not self.plan.apart:
            while last < count and dues[last] <= elapsed:
                last += 1
        late = actual - dues[index]
        self.latest = max(self.latest, late)
        self._late += late * (last - index)
        self._stage.lateness.add(late, last - index)
        self._next = last
        if last == index + 1:
            _, tokens, data = frames[index]
            self.sent.append(actual)
            self.entry.tokens.sent += tokens
        else:
            due = frames[index:last]
            data = b"".join([frame.data for frame in due])
            self.sent.extend([actual] * len(due))
            self.entry.tokens.sent += sum([frame.tokens for frame in due])
        self._send(data)

    def _send(self, data: bytes) -> None:
        entry, now = self.entry, self._stage.wall()
        if entry.first_byte is None:
            entry.first_byte = now
            self._reply.start(self.plan.status, self.plan.headers)
        entry.last_byte = now
        self._reply.write(data)

    def _spent(self) -> None:
        """All frames are out: it ends, says more for ever, or is silent."""
        plan = self.plan
        last = self.dues[-1] if len(self.dues) else 0.0
        if plan.repeat is not None:
            self._stage.wheel.at(self.zero + last + plan.repeat.period, self._again)
        elif plan.ending != "hang":
            self._finish_at(max(plan.end, last))

    def _again(self) -> None:
        """Once more what never ends, at absolute times: a late one does not delay the next."""
        repeat = self.plan.repeat
        if repeat is None or self._reply.closed:
            return
        self._repeats += 1
        if not self._reply.paused:
            self.entry.tokens.sent += sum(frame.tokens for frame in repeat.frames)
            self._send(b"".join([frame.data for frame in repeat.frames]))
        last = self.dues[-1] if len(self.dues) else 0.0
        self._stage.wheel.at(self.zero + last + repeat.period * (self._repeats + 1), self._again)

    def _finish_at(self, end: float) -> None:
        if self._stage.wheel.time() - self.zero + EARLY >= end:
            self._finish()
        else:
            self._stage.wheel.at(self.zero + end, self._finish)

    def _finish(self) -> None:
        if self._reply.closed:
            return
        ending = self.plan.ending
        if ending == "complete":
            self._reply.end()
        else:
            {"abort": self._reply.abort, "fin": self._reply.fin}[ending]()
        self._ended(whole=ending == "complete")

    def _resumed(self) -> None:
        if self._stalled:
            self._stalled = False
            self._step()

    def _cancelled(self) -> None:
        self.entry.cancelled_at = self._stage.wall()
        self._ended(whole=False)

    def _ended(self, *, whole: bool) -> None:
        on_end, self._on_end = self._on_end, None
        self._stage.lateness.ended(len(self.sent), self._late)
        if on_end is not None:
            on_end(whole)
