"""How one upstream is set up, what it may read of the world, and what a request has become on its way."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from novastack_simulators.addressed import Addressed
from novastack_simulators.dialects import Dialect
from novastack_simulators.dialects.dialect import Answer, Sent
from novastack_simulators.faults import Fault, Struck
from novastack_simulators.hearing import Heard, Spoken
from novastack_simulators.journal import Entry
from novastack_simulators.matching import Scene
from novastack_simulators.plan import Plan
from novastack_simulators.playback import Timers
from novastack_simulators.prefixes import Cached
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt
from novastack_simulators.quotas import Grant, Level
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


class Seen(NamedTuple):
    """A request that has been read: its fingerprint, how often it came, and the id that its answer carries."""

    fingerprint: bytes
    attempt: int
    request_id: str


class Asking(NamedTuple):
    """A request for an answer that has been read, in its scope, and its entry in the journal."""

    addressed: Addressed
    heard: Heard
    scene: Scene
    scope: Scope
    seen: Seen
    entry: Entry


class Aimed(NamedTuple):
    """The faults that may strike a request, what decides which, and the one that does."""

    faults: tuple[Fault, ...] = ()
    struck: Struck | None = None
    fault: Fault | None = None


class Given(NamedTuple):
    """A request for an answer that has been read, and what is said to it."""

    dialect: Dialect
    answer: Answer
    heard: Heard
    spoken: Spoken
    cached: Cached
    scope: Scope
    seen: Seen
    entry: Entry
    levels: Mapping[str, Level]

    @property
    def prompt(self) -> Prompt:
        return self.heard.prompt

    def sent(self, waited: float = 0.0) -> Sent:
        """What its head may tell, with the seconds until the first byte."""
        entry = self.entry
        return Sent(self.seen.request_id, entry.arrived, waited, entry.request_id, self.levels)


class Planned(NamedTuple):
    """An answer, the faults that were considered, the room that was granted, and the input that counts (tokens)."""

    plan: Plan
    aimed: Aimed = Aimed()
    grant: Grant | None = None
    read: int = 0
