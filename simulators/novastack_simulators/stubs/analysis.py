"""What is wrong with a set of stubs before any request comes: those that can never reply, and those that compete.

Nothing is guessed. A stub is shadowed when each matcher of a stub before it follows from one of its own; two of one
priority compete when a request has been made that both match. What cannot be shown is not complained about.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from types import MappingProxyType
from typing import Final, NamedTuple

from novastack_simulators.stubs.implication import contradiction, covers
from novastack_simulators.stubs.stub import Stub
from novastack_simulators.stubs.witness import witness

Place = tuple[str | int, ...]


class Shelved(NamedTuple):
    """A stub and its place in the configuration."""

    place: Place
    stub: Stub


class Complaint(NamedTuple):
    """What is wrong with the stub at a place; `kind` is a key of IMPOSSIBLE or MISPLACED."""

    kind: str
    place: Place
    text: str


def _contradictory(shelved: Sequence[Shelved], _models: Sequence[str]) -> Iterator[Complaint]:
    for place, stub in shelved:
        for matcher in stub.match.matchers:
            if found := contradiction(matcher):
                text = f"{_named(stub)} can never match: {matcher.part} cannot be both {found[0]} and {found[1]}"
                yield Complaint("contradictory", (*place, "match", *matcher.place), text)


def _unserved(shelved: Sequence[Shelved], models: Sequence[str]) -> Iterator[Complaint]:
    for place, stub in shelved:
        for matcher in stub.match.matchers:
            served = any(all(term.holds(model) for term in matcher.terms) for model in models)
            if matcher.subject == "model" and not served:
                text = f"{_named(stub)} can never match: model {matcher.wanted} is none of {', '.join(models)}"
                yield Complaint("unserved", (*place, "match", "model"), text)


def _shadowed(shelved: Sequence[Shelved], _models: Sequence[str]) -> Iterator[Complaint]:
    for below in shelved:
        above = [each.stub for each in shelved if each.stub.priority > below.stub.priority and _hides(each, below)]
        if above:
            text = (
                f"{_named(below.stub)} can never reply: {above[0].name!r} matches all that it matches, "
                f"and its priority {above[0].priority} is higher than {below.stub.priority}"
            )
            yield Complaint("shadowed", below.place, text)


def _competing(shelved: Sequence[Shelved], models: Sequence[str]) -> Iterator[Complaint]:
    for first, second in combinations(shelved, 2):
        if first.stub.priority != second.stub.priority:
            continue
        both = witness((first.stub, second.stub), models)
        if both or _hides(first, second) or _hides(second, first):
            found = f", as with {both.told}" if both else ""
            text = (
                f"stubs {second.stub.name!r} and {first.stub.name!r} have the same priority {second.stub.priority} "
                f"and can both match{found}: give one of them another"
            )
            yield Complaint("competing", (*second.place, "priority"), text)


def _named(stub: Stub) -> str:
    return f"stub {stub.name!r}"


def _hides(above: Shelved, below: Shelved) -> bool:
    return covers(above.stub.match.matchers, below.stub.match.matchers)


Analysis = Callable[[Sequence[Shelved], Sequence[str]], Iterator[Complaint]]
# A stub that can never match is complained about once: it is not held against the others.
IMPOSSIBLE: Final[Mapping[str, Analysis]] = MappingProxyType({"contradictory": _contradictory, "unserved": _unserved})
MISPLACED: Final[Mapping[str, Analysis]] = MappingProxyType({"shadowed": _shadowed, "competing": _competing})


def complaints(shelved: Sequence[Shelved], models: Sequence[str]) -> tuple[Complaint, ...]:
    """All that is wrong with the stubs of one upstream, which serves `models`."""
    impossible = [complaint for analysis in IMPOSSIBLE.values() for complaint in analysis(shelved, models)]
    possible = [
        each for each in shelved if not any(each.place == found.place[: len(each.place)] for found in impossible)
    ]
    return (*impossible, *(found for analysis in MISPLACED.values() for found in analysis(possible, models)))
