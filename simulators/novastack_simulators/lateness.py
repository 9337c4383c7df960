"""How late what was sent was, against its plan: a histogram of all writes, and the mean of each stream. Pure.

A load run reads it to refuse its own distorted result: what a simulator sends late, a gateway did not delay.
"""

from collections import deque
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

# Buckets of about 3 % each: 32 to every doubling, from a microsecond to an hour.
FINE: Final = 5
EXACT: Final = 1 << FINE + 1  # up to here a bucket is a microsecond
MOST: Final = 3_600_000_000
STREAMS: Final = 10_000


class Stream(NamedTuple):
    """A stream that ended: how many events it sent, and how late they were in the mean (seconds)."""

    events: int
    mean: float


def bucket(micros: int) -> int:
    """The bucket of a lateness in microseconds."""
    if micros < EXACT:
        return micros
    shift = micros.bit_length() - FINE - 1
    return (shift << FINE) + (micros >> shift)


def upper(index: int) -> int:
    """The greatest lateness in a bucket, in microseconds."""
    if index < EXACT:
        return index
    shift = (index >> FINE) - 1
    return ((index - (shift << FINE) + 1) << shift) - 1


def _whole(micros: int) -> int:
    """How many buckets hold nothing that is later than that."""
    index = bucket(micros)
    return index + (upper(index) <= micros)


class Lateness:
    """Lateness of writes since the last reset."""

    def __init__(self) -> None:
        self._counts = [0] * (bucket(MOST) + 1)
        self._streams: deque[Stream] = deque(maxlen=STREAMS)
        self.events = 0
        self.most = 0

    def add(self, seconds: float, events: int = 1) -> None:
        """A write of so many events; one that is early counts as in time."""
        micros = int(seconds * 1e6) if seconds > 0 else 0
        if micros > self.most:
            self.most = min(MOST, micros)
        self._counts[micros if micros < EXACT else bucket(min(MOST, micros))] += events
        self.events += events

    def ended(self, events: int, total: float) -> None:
        """A stream whose writes were late by so many seconds in all; what was one event is no stream."""
        if events > 1:
            self._streams.append(Stream(events, total / events))

    def at(self, share: float) -> float:
        """The lateness that this share of the events does not exceed, in seconds."""
        rank, seen = share * self.events, 0
        for index, count in enumerate(self._counts):
            seen += count
            if count and seen >= rank:
                return min(upper(index), self.most) / 1e6
        return 0.0

    def within(self, bounds: Sequence[float]) -> tuple[int, ...]:
        """How many events were late by no more than each bound (seconds), as far as the buckets tell."""
        sums = tuple(accumulate(self._counts, initial=0))
        return tuple(sums[_whole(int(bound * 1e6))] for bound in bounds)

    @property
    def total(self) -> float:
        """The lateness of all events together, in seconds, as far as the buckets tell."""
        return sum(count * upper(index) for index, count in enumerate(self._counts) if count) / 1e6

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]  # starting again is what it means

    def report(self, allowed: float) -> dict[str, Any]:
        """Milliseconds; `fit` says whether 99 % of the events were late by no more than is allowed (seconds)."""
        late = self.at(0.99)
        return {
            "events": self.events,
            "lateness_ms": {name: _milli(self.at(share)) for name, share in SHARES} | {"max": _milli(self.most / 1e6)},
            "streams": _spread([stream.mean for stream in self._streams]),
            "allowed_ms": _milli(allowed),
            "fit": late <= allowed,
        }


SHARES: Final = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))


def _spread(means: Sequence[float]) -> dict[str, Any]:
    """How even it was: the mean lateness of the streams, from the least to the most delayed."""
    if not means:
        return {"ended": 0}
    ordered = sorted(means)
    picks = (("least", 0.0), ("p50", 0.5), ("p99", 0.99), ("most", 1.0))
    return {"ended": len(ordered)} | {
        f"{name}_ms": _milli(ordered[min(len(ordered) - 1, int(share * len(ordered)))]) for name, share in picks
    }


def _milli(seconds: float) -> float:
    return round(seconds * 1000, 3)
