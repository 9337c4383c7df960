"""The tapes that are replayed: which of them answers a request, or which came nearest and what kept it. Pure.

Requests that mean the same walk through the tapes that were recorded of them, in the order of the recording; the last
one is said again. So the answer depends on the request and on how often it came, never on what else is going on.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from novastack_simulators.generation import stamp
from novastack_simulators.journal import Differs
from novastack_simulators.plan import Plan
from novastack_simulators.tapes import replay
from novastack_simulators.tapes.meaning import Leaves, differences, leaves, meant
from novastack_simulators.tapes.redaction import redaction
from novastack_simulators.tapes.tape import Tape, unpacked

SAID: Final = 3
"""How many differences a sentence tells."""
KEPT: Final = 256
"""How many plans are remembered."""


class Matching(NamedTuple):
    """How a request is known again: by its meaning without the `ignored` paths, or by its exact bytes."""

    by: Literal["semantic", "exact"] = "semantic"
    ignored: tuple[str, ...] = ()


SEMANTIC: Final = Matching()


class Miss(msgspec.Struct, frozen=True):
    """No tape answers: the nearest one, what of it differed, and all that in a sentence."""

    text: str
    nearest: str | None = None
    differs: tuple[Differs, ...] = ()


class _Known(NamedTuple):
    """A tape, and what is compared of it."""

    tape: Tape
    leaves: Leaves
    items: frozenset[tuple[str, str]]


class Reel:
    """An ordered, unchanging set of tapes."""

    def __init__(self, tapes: Sequence[Tape], matching: Matching = SEMANTIC) -> None:
        self.tapes = tuple(tapes)
        self._matching = matching
        self._answers: dict[bytes, list[Tape]] = {}
        self._known: dict[tuple[str, str], list[_Known]] = {}
        self._plans: dict[tuple[str, float, replay.By], Plan] = {}
        for tape in self.tapes:
            self._take(tape)

    def _take(self, tape: Tape) -> None:
        asked, body = tape.request, unpacked(tape.request.body)
        self._answers.setdefault(self.fingerprint(asked.method, asked.path, body), []).append(tape)
        found = leaves(meant(body, self._matching.ignored))
        known = _Known(tape, found, frozenset(found.items()))
        self._known.setdefault((asked.method, asked.path), []).append(known)

    def fingerprint(self, method: str, path: str, body: bytes) -> bytes:
        """What requests that are taken for the same have in common: attempts are counted by it."""
        if self._matching.by == "exact":
            return stamp(method, path, redaction((), "", body).request(body))
        return stamp(method, path, _encoded(meant(body, self._matching.ignored)))

    def find(self, method: str, path: str, body: bytes, attempt: int) -> Tape | Miss:
        """The tape for the n-th time that a request came, the first being 1."""
        found = self._answers.get(self.fingerprint(method, path, body))
        if found:
            return found[min(max(attempt, 1), len(found)) - 1]
        return self._missed(method, path, body)

    def planned(self, tape: Tape, speed: float = 1.0, by: replay.By = "chunk") -> Plan:
        """The tape as a plan, remembered."""
        key = (tape.name, speed, by)
        plan = self._plans.get(key)
        if plan is None:
            plan = replay.planned(tape, speed, by)
            if tape.name and len(self._plans) < KEPT:
                self._plans[key] = plan
        return plan

    def _missed(self, method: str, path: str, body: bytes) -> Miss:
        asked = f"no tape answers {method} {path}"
        known = self._known.get((method, path))
        if not known:
            return Miss(f"{asked}; {self._about()}")
        got = leaves(meant(body, self._matching.ignored))
        items = frozenset(got.items())
        nearest = min(known, key=lambda each: len(each.items ^ items))
        differs = differences(nearest.leaves, got) or (_bytewise(nearest.tape, body),)
        name = nearest.tape.name
        return Miss(f"{asked}; the nearest is {name}, but {'; '.join(_sentences(differs))}", name, differs)

    def _about(self) -> str:
        counts = Counter(f"{tape.request.method} {tape.request.path}" for tape in self.tapes)
        held = ", ".join(f"{asked} ({count})" for asked, count in sorted(counts.items()))
        return f"the tapes are of {held}" if held else "there are no tapes"


def _sentences(differs: Sequence[Differs]) -> Iterator[str]:
    for each in differs[:SAID]:
        yield f"{each.part}: wanted {each.wanted}, got {each.got}"
    if len(differs) > SAID:
        yield f"and {len(differs) - SAID} more"


def _bytewise(tape: Tape, body: bytes) -> Differs:
    """The meaning is the same, and the exact bytes are wanted."""
    wanted, got = unpacked(tape.request.body), redaction((), "", body).request(body)
    pairs = enumerate(zip(wanted, got, strict=False))
    place = next((index for index, (one, other) in pairs if one != other), min(len(wanted), len(got)))
    shown = (repr(each[place : place + 20])[1:] for each in (wanted, got))
    return Differs(f"byte {place}", *shown)


def _encoded(meaning: Any) -> bytes:
    return meaning if isinstance(meaning, bytes) else msgspec.json.encode(meaning, order="deterministic")
