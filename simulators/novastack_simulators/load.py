"""What an upstream is making and has made: answers under way, tokens, times. Pure; times in seconds, `now` is given.

Tokens are counted when they are due, so a look half way through an answer sees half of it.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple, Protocol

import msgspec

from novastack_simulators.plan import Plan

Buckets = Mapping[str, tuple[float, ...]]
MEASURES = (
    "first_token", "gap", "pace", "whole", "queue", "inference", "prefill", "decode", "prompt", "output", "n", "limit",
)  # fmt: skip


class Gauges(Protocol):
    """How full a serving engine is: requests, the share of its KV cache in use, and prompt tokens looked up in it."""

    @property
    def running(self) -> int: ...

    @property
    def waiting(self) -> int: ...

    @property
    def usage(self) -> float: ...

    @property
    def preemptions(self) -> int: ...

    @property
    def queried(self) -> int: ...

    @property
    def hits(self) -> int: ...


class Histogram:
    """How many observations lie at or below each bound, and their sum."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.sum = 0.0
        self._counts = [0] * (len(self.bounds) + 1)

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    @property
    def cumulative(self) -> tuple[int, ...]:
        """The counts at or below each bound, and last the count of all."""
        return tuple(accumulate(self._counts))


class Tally:
    """All that was made since the last reset: token counts, finished answers by reason, and one Histogram a measure."""

    def __init__(self, buckets: Buckets) -> None:
        self.prompt_tokens = 0
        self.output_tokens = 0
        self.finished: Counter[str] = Counter()
        self.histograms = {name: Histogram(bounds) for name, bounds in buckets.items()}

    def observe(self, measure: str, value: float) -> None:
        if measure in self.histograms:
            self.histograms[measure].observe(value)


class Lane(msgspec.Struct, kw_only=True):
    """One choice being made: when each of its tokens is due after the start, why it will finish, how many are made."""

    dues: list[float]
    finish: str
    made: int = 0


class Job(NamedTuple):
    """One answer under way: when it started, its prompt in tokens, and a Lane for each choice."""

    started: float
    prompt_tokens: int
    lanes: tuple[Lane, ...]


class Load:
    """The answers under way and the Tally. It keeps nothing of an answer that has ended.

    `gauges` tells how full the engine is; None where none makes the tokens.
    """

    def __init__(self, buckets: Buckets, gauges: Callable[[], Gauges] | None = None) -> None:
        self.gauges = gauges
        self._buckets = buckets
        self._jobs: dict[int, Job] = {}
        self._next = 0
        self.tally = Tally(buckets)

    @property
    def running(self) -> int:
        """How many answers are under way."""
        return len(self._jobs)

    @property
    def tokens(self) -> int:
        """What the answers under way hold: their prompts, and what is made of them."""
        return sum(job.prompt_tokens + sum(lane.made for lane in job.lanes) for job in self._jobs.values())

    def begin(self, plan: Plan, now: float) -> int | None:
        """Takes up an answer; returns the number to end it with, None if the plan makes nothing."""
        work = plan.work
        if work is None:
            return None
        dues, wide = token_dues(plan), len(work.finishes)
        lanes = tuple(Lane(dues=list(dues[index::wide]), finish=finish) for index, finish in enumerate(work.finishes))
        self._next += 1
        self._jobs[self._next] = Job(now, work.prompt_tokens, lanes)
        self.tally.observe("n", wide)
        if work.limit is not None:
            self.tally.observe("limit", work.limit)
        return self._next

    def made(self, number: int, tokens: int, at: float) -> None:
        """An engine has made so many tokens of an answer in all, the last of them `at` seconds after its start."""
        lanes = self._jobs[number].lanes
        told = sum(len(lane.dues) for lane in lanes)
        for index in range(told, tokens):
            lanes[index % len(lanes)].dues.append(at)

    def settle(self, now: float) -> None:
        """Counts what was made until now."""
        for job in self._jobs.values():
            self._advance(job, now)

    def end(self, number: int, now: float, *, whole: bool, queued: float = 0.0) -> None:
        """The answer has ended: `whole`, or cut short by either side; it was `queued` so many seconds."""
        job = self._jobs.pop(number)
        self._advance(job, math.inf if whole else now)
        for lane in job.lanes:
            self.tally.finished[lane.finish if whole else "abort"] += 1
            if whole:
                self._finished(job, lane, now - job.started, queued)

    def clear(self) -> None:
        """Forgets what was counted; answers under way go on."""
        self.tally = Tally(self._buckets)

    def _advance(self, job: Job, now: float) -> None:
        for lane in job.lanes:
            due = [each for each in lane.dues[lane.made :] if each <= now - job.started]
            if due and not lane.made:
                self.tally.prompt_tokens += job.prompt_tokens
                self.tally.observe("first_token", due[0])
            for earlier, later in pairwise((*lane.dues[max(0, lane.made - 1) : lane.made], *due)):
                self.tally.observe("gap", later - earlier)
            self.tally.output_tokens += len(due)
            lane.made += len(due)

    def _finished(self, job: Job, lane: Lane, took: float, queued: float) -> None:
        first = lane.dues[0] if lane.dues else took
        last = lane.dues[-1] if lane.dues else took
        begun = min(queued, first)
        times = {"whole": took, "queue": begun, "inference": last - begun, "prefill": first - begun}
        times["decode"] = last - first
        sizes = {"prompt": job.prompt_tokens, "output": len(lane.dues)}
        pace = {"pace": (last - first) / (len(lane.dues) - 1)} if len(lane.dues) > 1 else {}
        for measure, value in {**times, **sizes, **pace}.items():
            self.tally.observe(measure, value)


def token_dues(plan: Plan) -> tuple[float, ...]:
    """When each token is made: as the plan's work says, else with the frame that carries it, or when an engine says."""
    if plan.ticket is not None:
        return ()
    if plan.work is not None and plan.work.dues:
        return plan.work.dues
    return tuple(due for frame, due in zip(plan.frames, plan.dues, strict=True) for _ in range(frame.tokens))
