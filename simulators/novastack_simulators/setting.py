"""How one upstream is set up, what it may read of the world, and what a request has become on its way."""

from collections.abc import Callable
from random import Random
from typing import Final, Literal, NamedTuple

import msgspec

from novastack_simulators.addressed import Addressed
from novastack_simulators.dialects import Dialect
from novastack_simulators.dialects.dialect import Sent
from novastack_simulators.faults import Fault, Struck
from novastack_simulators.generation import seeded, stamp
from novastack_simulators.hearing import Heard, Party, Spoken
from novastack_simulators.journal import Entry
from novastack_simulators.plan import Plan
from novastack_simulators.playback import Timers
from novastack_simulators.prefixes import Cached
from novastack_simulators.profile import Profile
from novastack_simulators.quotas import Grant, Levels, Need
from novastack_simulators.scope import Scope
from novastack_simulators.tapes import Tapes


class Setting(NamedTuple):
    """`created` is a rule or a unix time, `speed` 20 = twenty times faster; `directives`: the prompt may ask for faults."""

    name: str
    profile: Profile
    dialect: Dialect
    api_keys: tuple[str, ...]
    speed: float
    created: Literal["today", "now"] | int
    max_body_bytes: int
    directives: bool = True
    tapes: Tapes | None = None


class Clocks(NamedTuple):
    """The wheel that plays, and the wall clock (unix seconds)."""

    wheel: Timers
    wall: Callable[[], float]


class Seen(msgspec.Struct, frozen=True):
    """A request that has been read: its fingerprint, how often it came, and the id that its answer carries."""

    fingerprint: bytes
    attempt: int
    request_id: str


def arrival(dialect: Dialect, found: bytes, scope: Scope, entry: Entry, attempt: int | None) -> Seen:
    """One more arrival of a request; its number may be told by whoever sends it."""
    entry.attempt = number = scope.attempts.next(found) if attempt is None else attempt
    return Seen(found, number, dialect.request_id(stamp("request", scope.seed, found, number)))


class Asking(msgspec.Struct, frozen=True):
    """A request for an answer that has been read, in its scope, and its entry in the journal."""

    addressed: Addressed
    heard: Heard
    party: Party
    scope: Scope
    seen: Seen
    entry: Entry

    def seeded(self, name: str) -> Random:
        """What is drawn for this attempt."""
        return seeded(name, self.scope.seed, self.seen.fingerprint, self.seen.attempt)


class Aimed(msgspec.Struct, frozen=True):
    """The faults that may strike a request, what decides which, and the one that does."""

    faults: tuple[Fault, ...] = ()
    struck: Struck | None = None
    fault: Fault | None = None


UNAIMED: Final = Aimed()


class Given(msgspec.Struct, frozen=True):
    """A request for an answer that has been read, and what is said to it."""

    asking: Asking
    spoken: Spoken
    cached: Cached
    need: Need
    levels: Levels

    def sent(self, waited: float = 0.0) -> Sent:
        """What its head may tell, with the seconds until the first byte."""
        seen, entry = self.asking.seen, self.asking.entry
        return Sent(seen.request_id, entry.arrived, waited, entry.request_id, self.levels)


class Planned(msgspec.Struct, frozen=True):
    """An answer, the faults that were considered, the room that was granted, and what the model had to say.

    `read` is the input that counts (tokens).
    """

    plan: Plan
    aimed: Aimed = UNAIMED
    grant: Grant | None = None
    read: int = 0
    given: Given | None = None
