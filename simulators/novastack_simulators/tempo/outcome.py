"""What became of requests, and the figures that are made of it: those of vLLM's own benchmark."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final, NamedTuple


class Outcome(NamedTuple):
    """One request. `tokens`: when each was made, in order, all choices together; the other times as well in seconds.

    `refused` says why it was not taken, and is empty otherwise. `queued` and `scheduled` are an engine's.
    """

    arrival: float
    prompt_tokens: int
    tokens: "array[float]" = array("d")
    queued: float | None = None
    scheduled: float | None = None
    refused: str = ""

    @property
    def ttft(self) -> float:
        """Time to the first token."""
        return self.tokens[0] - self.arrival

    @property
    def e2e(self) -> float:
        """From the arrival to the last token."""
        return self.tokens[-1] - self.arrival

    @property
    def tpot(self) -> float:
        """Time per output token after the first; there must be two."""
        return (self.tokens[-1] - self.tokens[0]) / (len(self.tokens) - 1)

    @property
    def gaps(self) -> Iterator[float]:
        """Between each token and the next."""
        return (later - earlier for earlier, later in pairwise(self.tokens))


class Spreading(NamedTuple):
    """Where many values lie: their mean, and some of their quantiles."""

    mean: float
    p50: float
    p90: float
    p99: float


MEASURES: Final[Mapping[str, Callable[[Iterable[Outcome]], list[float]]]] = MappingProxyType(
    {
        "ttft": lambda outcomes: [each.ttft for each in outcomes],
        "itl": lambda outcomes: [gap for each in outcomes for gap in each.gaps],
        "tpot": lambda outcomes: [each.tpot for each in outcomes if len(each.tokens) > 1],
        "e2e": lambda outcomes: [each.e2e for each in outcomes],
    }
)
"""Times of requests that made tokens, by name: a value for each request, or for each gap."""


def quantile(ordered: Sequence[float], share: float) -> float:
    """Between the two values next to that place, as numpy's default has it."""
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def spreading(values: Iterable[float]) -> Spreading | None:
    """None where there are no values."""
    ordered = sorted(values)
    if not ordered:
        return None
    mean = sum(ordered) / len(ordered)
    return Spreading(mean, *(quantile(ordered, share) for share in (0.5, 0.9, 0.99)))


def measured(outcomes: Iterable[Outcome]) -> dict[str, Spreading | None]:
    """Every measure of those that were taken."""
    made = [each for each in outcomes if each.tokens]
    return {name: spreading(values(made)) for name, values in MEASURES.items()}


def duration(outcomes: Iterable[Outcome]) -> float:
    """From the first arrival to the last token."""
    made = [(each.arrival, each.tokens[-1]) for each in outcomes if each.tokens]
    return max(last for _, last in made) - min(first for first, _ in made) if made else 0.0
