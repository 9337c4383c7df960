"""What one user of an upstream has to themself, so that parallel tests on one server do not meet.

A scope is named by `x-sim-scope`, or by the key: `<a key that is accepted>~<scope>`. What is neither is in the scope
with no name. A scope starts with what is configured; the least recently used of too many are forgotten.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, NamedTuple

from novastack_simulators.attempts import Attempts
from novastack_simulators.faults import Fault
from novastack_simulators.framing import DEFAULT, Framing
from novastack_simulators.prefixes import Prefixes
from novastack_simulators.quotas import Quotas, Terms
from novastack_simulators.refusal import Refusal
from novastack_simulators.stubs import Shelf, Stub

HEADER: Final = "x-sim-scope"
MARK: Final = "~"
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
CAPACITY: Final = 1_000


class Start(NamedTuple):
    """What every scope of an upstream starts with."""

    seed: int
    faults: tuple[Fault, ...] = ()
    stubs: tuple[Stub, ...] = ()
    framing: Framing = DEFAULT
    terms: Terms = Terms()


class Scope:
    """What is in force, and what is remembered. `armed` is when the faults were set (unix seconds)."""

    def __init__(self, name: str, start: Start, now: float) -> None:
        self.name = name
        self._start = start
        self.attempts = Attempts()
        self.prefixes = Prefixes()
        self.seed = start.seed
        self.faults: tuple[Fault, ...] = ()
        self.armed = now
        self.shelf = Shelf(start.stubs)
        self.framing = start.framing
        self.terms = start.terms
        self.quotas = Quotas(start.terms)
        self.reset(now)

    def arm(self, faults: Sequence[Fault], now: float) -> None:
        """Replaces all faults; those that go by time start now."""
        self.faults = tuple(faults)
        self.armed = now

    def stock(self, stubs: Sequence[Stub]) -> None:
        """Replaces all stubs; their sequences start again."""
        self.shelf = Shelf(stubs)

    def limit(self, terms: Terms) -> None:
        """Replaces all quotas; every account starts whole."""
        self.terms = terms
        self.quotas = Quotas(terms)

    def state(self) -> "State":
        """All that is in force, to come back to."""
        return State(self.seed, self.faults, self.armed, self.shelf, self.framing, self.terms, self.quotas)

    def restore(self, state: "State") -> None:
        """What was in force then, and how it stood."""
        self.seed, self.faults, self.armed, self.shelf, self.framing, self.terms, self.quotas = state

    def reset(self, now: float) -> None:
        """As it started: nothing remembered, and what is configured in force again."""
        self.attempts.clear()
        self.prefixes.clear()
        self.seed, self.framing = self._start.seed, self._start.framing
        self.arm(self._start.faults, now)
        self.stock(self._start.stubs)
        self.limit(self._start.terms)


class State(NamedTuple):
    """What is in force in a scope."""

    seed: int
    faults: tuple[Fault, ...]
    armed: float
    shelf: Shelf
    framing: Framing
    terms: Terms
    quotas: Quotas


class Scopes:
    """The scopes of one upstream, made when they are first named."""

    def __init__(self, start: Start, now: float) -> None:
        self.start = start
        self.whole = Scope("", start, now)
        self._named: OrderedDict[str, Scope] = OrderedDict()

    def at(self, name: str, now: float) -> Scope:
        """The scope of that name; it is checked where it is read."""
        if not name:
            return self.whole
        scope = self._named.get(name) or Scope(name, self.start, now)
        self._named[name] = scope
        self._named.move_to_end(name)
        if len(self._named) > CAPACITY:
            self._named.popitem(last=False)
        return scope

    def restart(self, start: Start, now: float) -> None:
        """Another configuration: every scope starts again from it."""
        self.start = start
        self._named.clear()
        self.whole = Scope("", start, now)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._named)

    def close(self, name: str) -> None:
        """Forgets a scope."""
        self._named.pop(name, None)


def readable(name: str, where: str = HEADER) -> str:
    """The name of a scope. Raises Refusal."""
    if name and not NAME.fullmatch(name):
        allowed = "letters, digits and ._:- (a letter or digit first, 100 at most)"
        raise Refusal("invalid", param=where, message=f"{where}: {name[:100]!r} is no scope: expected {allowed}")
    return name
