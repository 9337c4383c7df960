"""The stubs that are in force at one upstream: which of them replies, with what, and which came nearest.

Of two that match, the higher priority replies, and at one priority the earlier in the list. What a sequence answers
depends on the request and on how often it came, never on the order in which different requests arrive.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from novastack_simulators.attempts import Attempts
from novastack_simulators.generation import stamp
from novastack_simulators.journal import Differs, Nearest
from novastack_simulators.matching.predicate import written
from novastack_simulators.matching.scene import Scene
from novastack_simulators.stubs.reply import Said
from novastack_simulators.stubs.stub import Stub, distinct


class Canned(NamedTuple):
    """The stub that replies; `said` is None when it leaves this one to the model."""

    stub: str
    said: Said | None


class Shelf:
    """An ordered, unchanging set of stubs, and how often each request came to each. Raises ValueError."""

    def __init__(self, stubs: Sequence[Stub]) -> None:
        self.stubs = distinct(tuple(stubs))
        self._ranked = tuple(sorted(self.stubs, key=lambda stub: -stub.priority))
        self._places = Attempts()

    def take(self, scene: Scene) -> Canned | None:
        """What the matching stub replies, and its place in the sequence is used up; None if no stub matches."""
        stub = next((stub for stub in self._ranked if stub.matches(scene)), None)
        return Canned(stub.name, stub.reply.at(self._place(stub, scene))) if stub else None

    def _place(self, stub: Stub, scene: Scene) -> int:
        if stub.reply.by == "turn":
            return 1 + sum(turn.role == "assistant" for turn in scene.prompt.turns)
        return self._places.next(stamp("stub", stub.name, scene.prompt.fingerprint, *_besides(stub, scene)))

    def nearest(self, scene: Scene) -> Nearest | None:
        """The stub with the fewest matchers that do not hold, of several the one that would be asked first."""
        return min(
            (_missed(stub, scene) for stub in self._ranked), key=lambda nearest: len(nearest.differs), default=None
        )


def _missed(stub: Stub, scene: Scene) -> Nearest:
    lines = (line for line in stub.explain(scene) if not line.held)
    return Nearest(stub.name, tuple(Differs(line.part, line.wanted, line.got) for line in lines))


def _besides(stub: Stub, scene: Scene) -> Iterator[str]:
    """What the stub reads of the request that its fingerprint does not hold, as the caller's name in a header."""
    read = (matcher.values(scene) for matcher in stub.match.matchers if matcher.subject in ("header", "json"))
    return (written(values) for values in read)
