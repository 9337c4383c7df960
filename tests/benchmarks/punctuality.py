"""How punctual streams were against a constant plan: lateness, gaps, durations, and whether all were late alike. Pure.

Lateness is counted from when the client had sent the request, so the way there and back is in it.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from benchmarks.loads.streams import Stream
from benchmarks.sample import percentile


class Plan(msgspec.Struct, frozen=True):
    """What each stream should do: the first token after `first` seconds, then one each `gap`, `tokens` in all."""

    first: float
    gap: float
    tokens: int

    @property
    def duration(self) -> float:
        return self.first + self.gap * (self.tokens - 1)


class Punctuality(msgspec.Struct, frozen=True, kw_only=True):
    """Of all streams together; times in milliseconds, the duration's error in percent.

    `lateness_min` below zero: something came too early.
    """

    streams: int
    whole: int
    events: int
    lateness_p50: float
    lateness_p99: float
    lateness_max: float
    lateness_min: float
    gap_error_p99: float
    duration_error_p99: float


class Evenness(msgspec.Struct, frozen=True, kw_only=True):
    """How alike streams were late: percentiles of their mean lateness in milliseconds, of all streams that spoke."""

    spoke: int
    p1: float
    p50: float
    p99: float


def lateness(stream: Stream, plan: Plan) -> list[float]:
    """Seconds behind the plan, for each token."""
    zero = stream.sent + plan.first
    return [time - zero - index * plan.gap for index, time in enumerate(stream.content)]


def gap_errors(stream: Stream, plan: Plan) -> Iterable[float]:
    return (abs(later - earlier - plan.gap) for earlier, later in pairwise(stream.content))


def duration_error(stream: Stream, plan: Plan) -> float:
    """As a share of the planned duration, up to the last token."""
    return abs(stream.content[-1] - stream.sent - plan.duration) / plan.duration


def punctuality(streams: Sequence[Stream], plan: Plan) -> Punctuality:
    """Only streams that are whole and have every token are judged; `whole` says how many those are."""
    good = [stream for stream in streams if stream.whole and len(stream.content) == plan.tokens]
    each = [lateness(stream, plan) for stream in good]
    late = sorted(value for values in each for value in values)
    gaps = sorted(error for stream in good for error in gap_errors(stream, plan))
    durations = sorted(duration_error(stream, plan) for stream in good)
    return Punctuality(
        streams=len(streams),
        whole=len(good),
        events=sum(stream.events for stream in streams),
        lateness_p50=1e3 * percentile(late, 0.5),
        lateness_p99=1e3 * percentile(late, 0.99),
        lateness_max=1e3 * percentile(late, 1),
        lateness_min=1e3 * percentile(late, 0),
        gap_error_p99=1e3 * percentile(gaps, 0.99),
        duration_error_p99=100 * percentile(durations, 0.99),
    )


def evenness(streams: Sequence[Stream], plan: Plan) -> Evenness:
    each = [lateness(stream, plan) for stream in streams if stream.content]
    means = sorted(1e3 * sum(values) / len(values) for values in each)
    return Evenness(
        spoke=len(means), p1=percentile(means, 0.01), p50=percentile(means, 0.5), p99=percentile(means, 0.99)
    )
