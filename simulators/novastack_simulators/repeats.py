"""Short answers that are due at once, to requests that came before: what is the same as the last time is kept ready.

A load test asks the same again and again. Such a request goes a short way here, with the same bytes, counts and entry in
the journal as by the long one; whatever is not as it was, or goes wrong, goes the long way.
"""

from collections import OrderedDict
from typing import Final

import msgspec

from novastack_simulators.addressed import Request
from novastack_simulators.aiming import likely
from novastack_simulators.dialects import Dialect
from novastack_simulators.dialects.dialect import Sent
from novastack_simulators.faults import Struck
from novastack_simulators.hearing import NONE, UNCACHED, Heard
from novastack_simulators.journal import Entry, Journal
from novastack_simulators.lateness import Lateness
from novastack_simulators.matching import Scene
from novastack_simulators.metrics import Metrics
from novastack_simulators.plan import Headers
from novastack_simulators.playback import Reply
from novastack_simulators.quotas import Account, Levels, Need, Spent
from novastack_simulators.rendering import period
from novastack_simulators.scope import Scope, Scopes, State
from novastack_simulators.setting import Clocks, Given, Planned, Setting
from novastack_simulators.times import Times

CAPACITY: Final = 512
LONGEST: Final = 64 * 1024
AT_ONCE: Final = (0.0,)

Place = tuple[str, str, Headers, bytes]


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it was given: to whom, what was in force, its entry, what it asked of the quotas and cost, its bytes.

    `kind` is the part of the head that tells about the body; from `since` until `until` the body says the right time.
    """

    heard: Heard
    dialect: Dialect
    account: Account
    scene: Scene
    state: State
    entry: Entry
    need: Need
    spent: Spent
    kind: Headers
    data: bytes
    since: float
    until: float


class Records(msgspec.Struct, frozen=True):
    """Where it is written down that a request was answered."""

    journal: Journal
    lateness: Lateness
    times: Times
    metrics: Metrics


class Repeats:
    """The answers of one upstream as it is set up, at most CAPACITY; the oldest go first."""

    def __init__(self, setting: Setting, clocks: Clocks, scopes: Scopes, records: Records) -> None:
        self._created = setting.created
        self._wall, self._time = clocks.wall, clocks.wheel.time
        self._scopes = scopes
        self._records = records
        self._known: OrderedDict[Place, Repeat] = OrderedDict()

    def remember(self, request: Request, planned: Planned, entry: Entry) -> None:
        """An answer that was given twice, if the next one can only differ from it in what is counted and drawn."""
        given = planned.given
        if given is None or not entry.ended or len(request.body) > LONGEST or not _plain(planned, given, entry):
            return
        if given.asking.heard.answered is not given.asking.party:
            # Nobody asks twice who has another head every time, as a gateway does that numbers its calls.
            given.asking.heard.answered = given.asking.party
            return
        asking, plan, (since, until) = given.asking, planned.plan, period(self._created, entry.arrived)
        self._known[request.method, request.path, request.headers, request.body] = Repeat(
            heard=asking.heard,
            dialect=asking.addressed.dialect,
            account=asking.party.account,
            scene=asking.party.scene,
            state=asking.scope.state(),
            entry=msgspec.structs.replace(entry, body=request.body),
            need=given.need,
            spent=Spent(given.need.input_tokens, entry.tokens.completion),
            kind=plan.headers[:2],
            data=plan.frames[0].data,
            since=since,
            until=until,
        )
        if len(self._known) > CAPACITY:
            self._known.popitem(last=False)

    def answer(self, request: Request, reply: Reply) -> bool:
        """Whether it was answered; if not, nothing has happened yet."""
        known = self._known.get((request.method, request.path, request.headers, request.body))
        if known is None or reply.paused or self._records.journal.watches:
            return False
        now = self._wall()
        scope = self._scopes.at(known.entry.scope, now)
        if not known.since <= now < known.until or not _in_force(known.state, scope):
            return False
        fingerprint = known.heard.prompt.fingerprint
        attempt = scope.attempts.coming(fingerprint)
        if scope.faults and _strikes(known, scope, attempt, now):
            return False
        levels = scope.quotas.once(known.account, known.need, known.spent, now, known.dialect.told)
        if levels is None:
            return False
        scope.attempts.next(fingerprint)
        zero = self._time()
        reply.start(200, _head(known, levels, attempt, now))
        reply.write(known.data)
        reply.end()
        self._written(known, attempt, now, zero)
        return True

    def _written(self, known: Repeat, attempt: int, now: float, zero: float) -> None:
        """The journal has its entry, and the measures how late it was."""
        records, late, last = self._records, self._time() - zero, self._wall()
        entry: Entry = known.entry.__copy__()  # type: ignore[attr-defined]  # every Struct has it
        entry.sequence = sequence = records.journal.number()
        entry.attempt, entry.lateness = attempt, late
        entry.arrived = entry.planned_first_byte = entry.planned_end = now
        entry.first_byte = entry.last_byte = last
        records.lateness.add(late)
        records.times.keep(sequence, AT_ONCE, (late,))
        records.metrics.in_flight += 1
        records.metrics.ended(entry)
        records.journal.add(entry)


def _plain(planned: Planned, given: Given, entry: Entry) -> bool:
    """Whether nothing happens on the way that may be otherwise the next time."""
    asking, plan = given.asking, planned.plan
    return (
        plan.whole
        and plan.status == 200
        and plan.fault is None
        and plan.work is None
        and entry.cancelled_at is None
        and given.cached is UNCACHED
        and not given.need.patience
        and given.spoken.kept
        and not asking.scope.shelf.stubs
        and asking.scope.framing.default
        and asking.heard.orders is NONE
        and not asking.addressed.expects
        and asking.addressed.attempt is None
    )


def _head(known: Repeat, levels: Levels, attempt: int, now: float) -> Headers:
    dialect = known.dialect
    request_id = dialect.request_id(known.heard.stems[known.state.seed].stamp(attempt))
    return (*known.kind, *dialect.headers(Sent(request_id, now, 0.0, known.entry.request_id, levels)))


def _strikes(known: Repeat, scope: Scope, attempt: int, now: float) -> bool:
    """Whether a fault may strike: one that asks for more than a request tells may always."""
    heard, scene, seed = known.heard, known.scene, scope.seed
    able = likely(heard, scene, scope.faults)
    if not able.faults or able.quota or able.arrival:
        return bool(able.faults)
    since, found = now - scope.armed, heard.prompt.fingerprint
    return able.chosen(Struck(seed, found, attempt, scope.name, since, False, scene, heard.draws)) is not None


def _in_force(state: State, scope: Scope) -> bool:
    """Whether it is the same that was."""
    return (
        scope.seed == state.seed
        and scope.faults is state.faults
        and scope.shelf is state.shelf
        and scope.framing is state.framing
        and scope.terms is state.terms
    )
