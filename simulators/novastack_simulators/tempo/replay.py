"""Plays a trace in virtual time, without sleeping: requests and their arrivals in, what became of them out."""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import merge
from random import Random
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from novastack_simulators.plan import Frame, Ticket
from novastack_simulators.profile.tempo import EngineTempo, FittedTempo, Tempo
from novastack_simulators.tempo import fitted
from novastack_simulators.tempo.engine import Engine, Gauges, Refused
from novastack_simulators.tempo.outcome import Outcome


class Arrival(NamedTuple):
    """A request: when it comes, and what is to be made for it."""

    at: float
    ticket: Ticket


class Replay(NamedTuple):
    """The outcomes in the order of the arrivals, and how full an engine was in the end; None where there is none."""

    outcomes: list[Outcome]
    gauges: Gauges | None = None


def _engine(arrivals: Sequence[Arrival], tempo: EngineTempo, _rng: Random) -> Replay:
    engine = Engine(tempo)
    taken = [engine.submit(arrival.at, arrival.ticket) for arrival in arrivals]
    while (at := engine.next()) is not None:
        engine.run(at)
    return Replay([_became(engine, *each) for each in zip(arrivals, taken, strict=True)], engine.gauges)


def _became(engine: Engine, arrival: Arrival, number: int | Refused) -> Outcome:
    prompt = arrival.ticket.prompt_tokens
    if isinstance(number, Refused):
        return Outcome(arrival.at, prompt, refused=number.reason)
    times = engine.times(number)
    tokens = times.tokens[0] if len(times.tokens) == 1 else array("d", merge(*times.tokens))
    return Outcome(arrival.at, prompt, tokens, times.queued, times.scheduled)


def _fitted(arrivals: Sequence[Arrival], tempo: FittedTempo, rng: Random) -> Replay:
    return Replay([_drawn(arrival, tempo, rng) for arrival in arrivals])


def _drawn(arrival: Arrival, tempo: FittedTempo, rng: Random) -> Outcome:
    prompt, outputs, _ = arrival.ticket
    each = [Frame("text", 1, b"")] * max(1, sum(outputs))
    dues = fitted.schedule(each, tempo, rng, lanes=len(outputs), prompt_tokens=prompt)
    return Outcome(arrival.at, prompt, array("d", (arrival.at + due for due in dues)))


REPLAYS: Final[Mapping[str, Callable[[Sequence[Arrival], Any, Random], Replay]]] = MappingProxyType(
    {"fitted": _fitted, "engine": _engine}
)
"""How a trace is played, by the kind of tempo."""


def replay(arrivals: Iterable[Arrival], tempo: Tempo, rng: Random) -> Replay:
    """Plays the arrivals, which must be in the order of time."""
    return REPLAYS[tempo.kind](list(arrivals), tempo, rng)
