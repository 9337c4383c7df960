"""One simulated upstream: a request in, an answer on its way. What it knows of the world is passed in.

decode (dialect) → generate, or take a stub's words → schedule → faults → framing → play: answering.py has the middle.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import msgspec

from novastack_simulators import outright
from novastack_simulators.addressed import Addressed, Heads, Request, arrived
from novastack_simulators.answering import Answering
from novastack_simulators.dialects import Dialect
from novastack_simulators.dialects.dialect import Answer, Asked, Lookup, Page, Sent
from novastack_simulators.expectations import check, read
from novastack_simulators.faults import Verdict, explained
from novastack_simulators.generation import stamp
from novastack_simulators.journal import Entry, File, Journal, Keeping
from novastack_simulators.lateness import Lateness
from novastack_simulators.load import Load
from novastack_simulators.metrics import Metrics, served
from novastack_simulators.plan import Plan
from novastack_simulators.playback import Playback, Reply, Stage
from novastack_simulators.profile import EngineTempo
from novastack_simulators.quotas import Account, Spent
from novastack_simulators.refusal import Refusal
from novastack_simulators.repeats import Records, Repeats
from novastack_simulators.scope import Scope, Scopes, Start
from novastack_simulators.serving import Job, Pacing, Serving
from novastack_simulators.setting import Clocks, Planned, Seen, Setting
from novastack_simulators.tempo.engine import Refused
from novastack_simulators.times import Times


class Explained(NamedTuple):
    """What would become of a request: the answer, its entry in the journal, and why each fault applies or not."""

    plan: Plan
    entry: Entry
    verdicts: tuple[Verdict, ...]


class Upstream:
    """Answers requests, keeps the journal, and lets faults strike."""

    def __init__(
        self,
        setting: Setting,
        clocks: Clocks,
        start: Start,
        *,
        keeping: Keeping | None = None,
        file: File | None = None,
    ) -> None:
        self._clocks = clocks
        self.lateness = Lateness()
        self.times = Times()
        self.metrics = Metrics()
        self._stage = Stage(clocks.wheel, clocks.wall, self.lateness)
        self.scopes = Scopes(start, clocks.wall())
        self.journal = Journal(setting.name, keeping, file)
        self.set_up(setting)

    def set_up(self, setting: Setting) -> None:
        """Another profile, key or speed from now on; what is under way ends as it began."""
        self.setting = setting
        self.load = Load(setting.dialect.buckets)
        self._serve()
        self._heads = Heads(setting.dialect, setting.api_keys)
        self._answering = Answering(setting)
        records = Records(self.journal, self.lateness, self.times, self.metrics)
        self._repeats = Repeats(setting, self._clocks, self.scopes, records)
        self.metrics.models = served(setting.profile, setting.dialect)

    def _serve(self) -> None:
        """An engine that has seen nothing; one before it still makes what it has begun."""
        tempo, speed = self.setting.profile.tempo, self.setting.speed
        self._serving = Serving(tempo, self._clocks.wheel, speed) if isinstance(tempo, EngineTempo) else None
        self.load.gauges = None if self._serving is None else self._serving.look

    def restart(self, setting: Setting, start: Start) -> None:
        """Another configuration: every scope starts again from it, and the journal stays."""
        self.set_up(setting)
        self.scopes.restart(start, self.now())

    def reset(self) -> None:
        """Forgets what arrived (journal, measures, attempts, cache), and what was set at run time, in every scope."""
        self.journal.clear()
        self.load.clear()
        self._serve()
        self.lateness.clear()
        self.times.clear()
        self.metrics.clear()
        for name in self.scopes.names:
            self.scopes.close(name)
        self.scopes.whole.reset(self.now())

    def reset_scope(self, name: str) -> None:
        """The same for one scope."""
        self.journal.forget(name)
        self.scopes.close(name)

    def scope(self, name: str) -> Scope:
        return self.scopes.at(name, self._clocks.wall())

    def now(self) -> float:
        """The wall clock (unix seconds)."""
        return self._clocks.wall()

    def explain(self, request: Request, scope: str = "") -> Explained:
        """What would become of a request if it came now; nothing is remembered of it."""
        own = self.scope(scope)
        start = Start(own.seed, own.faults, own.shelf.stubs, own.framing, own.terms)
        shadow = Upstream(self.setting, self._clocks, start)
        shadow.scopes.whole.armed = own.armed
        entry = shadow.opened(request)
        planned = shadow.planned(request, entry)
        aimed = planned.aimed
        verdicts = () if aimed.struck is None else explained(aimed.faults, aimed.struck)
        entry.status, entry.fault = planned.plan.status if planned.plan.frames else None, planned.plan.fault
        return Explained(planned.plan, entry, verdicts)

    # A request on its way

    def handle(self, request: Request, reply: Reply) -> None:
        if not self._repeats.answer(request, reply):
            self._handle(request, reply)

    def _handle(self, request: Request, reply: Reply) -> None:
        entry = self.opened(request)
        planned = self.planned(request, entry)
        playback = Playback(planned.plan, reply, entry, self._stage)
        job = None if planned.plan.ticket is None else self._submitted(planned.plan, playback)
        if isinstance(job, Refused):
            planned = self._turned_away(planned, request, entry)
            playback, job = Playback(planned.plan, reply, entry, self._stage), None
        plan = planned.plan
        number = None if plan.work is None else self.load.begin(plan, playback.zero)
        if job is not None:
            job.number = number
        dues = plan.dues
        entry.status, entry.fault = plan.status if plan.frames else None, plan.fault
        if len(dues) and plan.ticket is None:
            self.journal.begin(entry, entry.arrived + dues[0], entry.arrived + max(plan.end, dues[-1]))
        else:
            self.journal.begin(entry)
        self.metrics.in_flight += 1
        # The load that it was begun in: another set-up has another.
        counted = None if number is None else partial(self.load.end, number)
        playback.begin(partial(self._ended, playback, planned, counted, job))
        self._repeats.remember(request, planned, entry)

    def opened(self, request: Request) -> Entry:
        body = None if request.oversize else request.body
        return self.journal.open(request.method, request.path, request.headers, body, now=self._clocks.wall())

    def planned(self, request: Request, entry: Entry) -> Planned:
        """The answer to a request, whatever it is."""
        try:
            addressed = self._heads.read(request)
            entry.key, entry.scope = addressed.key, addressed.scope
            return self._served(addressed, request, entry)
        except Refusal as provider:
            refusal = self._instead(provider, request)
            entry.key = provider.details.get("key", entry.key)
            entry.scope = provider.details.get("scope", entry.scope)
            entry.expectation = refusal.details.get("expectation")
            return Planned(self._refused(refusal, request, entry))

    def _instead(self, refusal: Refusal, request: Request) -> Refusal:
        """An expectation that is not met says more than the provider's own refusal."""
        try:
            check(read(request.fields), arrived(request, request.fields, self.setting.name))
        except Refusal as unmet:
            return unmet
        return refusal

    def _submitted(self, plan: Plan, playback: Playback) -> Job | Refused | None:
        """The work as an engine has it; None where none makes the answer."""
        if plan.ticket is None or self._serving is None:
            return None
        return self._serving.submit(plan.ticket, Job(Pacing(plan, playback), self.load))

    def _turned_away(self, planned: Planned, request: Request, entry: Entry) -> Planned:
        """The engine's queue is full: nothing was begun."""
        if planned.grant is not None:
            planned.grant.release(self.now())
        dialect = self.setting.dialect.at(request.path)
        shape = dialect.failure(503)
        request_id = dialect.request_id(stamp("request", entry.sequence, request.body))
        sent = Sent(request_id, entry.arrived, 0.0, entry.request_id)
        return Planned(outright.error(dialect, shape, shape.text, sent), planned.aimed)

    def _ended(
        self, playback: Playback, planned: Planned, counted: Callable[..., None] | None, job: Job | None, whole: bool
    ) -> None:
        entry, now = playback.entry, self.now()
        queued = 0.0 if job is None else job.end()
        if job is not None and len(playback.dues):
            first, last = playback.dues[0], playback.dues[-1]
            entry.planned_first_byte, entry.planned_end = entry.arrived + first, entry.arrived + last
        entry.lateness = playback.latest
        self.times.keep(entry.sequence, playback.dues, playback.sent)
        if planned.grant is not None:
            # A fault may end an answer cleanly before it is whole.
            made = entry.tokens.completion if whole and planned.plan.fault is None else entry.tokens.sent
            planned.grant.settle(Spent(planned.read, made if entry.status == 200 else 0), now)
        if counted is not None:
            counted(self._clocks.wheel.time(), whole=whole, queued=queued)
        self.metrics.ended(entry)
        self.journal.close(entry)

    # What it is answered

    def _refused(self, refusal: Refusal, request: Request, entry: Entry) -> Plan:
        dialect, scope = self.setting.dialect.at(request.path), self.scopes.at(entry.scope, entry.arrived)
        shape, text = dialect.refuse(refusal)
        seen = refusal.details.get("seen") or self._answering.seen(self._raw(request), scope, entry)
        error = outright.error(dialect, shape, text, self._sent(seen, dialect, scope, entry))
        return outright.headed(error, refusal.details.get("headers", ()))

    def _sent(self, seen: Seen, dialect: Dialect, scope: Scope, entry: Entry) -> Sent:
        """What a head may tell where nothing was asked of the quotas."""
        account = Account(entry.key or "", entry.model or self.setting.profile.models[0])
        levels = scope.quotas.levels(account, entry.arrived, dialect.told)
        return Sent(seen.request_id, entry.arrived, 0.0, entry.request_id, levels)

    @staticmethod
    def _raw(request: Request) -> bytes:
        return stamp(request.method, request.path, request.body)

    def _served(self, addressed: Addressed, request: Request, entry: Entry) -> Planned:
        """The size is checked before the body is read. Raises Refusal."""
        if request.oversize:
            raise Refusal("too_large", longest=self.setting.max_body_bytes)
        if addressed.expects:
            check(addressed.expects, arrived(request, addressed.fields, self.setting.name))
        scope = self.scopes.at(addressed.scope, entry.arrived)
        if isinstance(addressed.serves, Answer):
            return self._answering.answer(addressed, addressed.serves, request, entry, scope)
        return Planned(self._found(addressed, addressed.serves, request, entry, scope))

    def _found(self, addressed: Addressed, lookup: Lookup, request: Request, entry: Entry, scope: Scope) -> Plan:
        self.load.settle(self._clocks.wheel.time())
        asked = Asked(
            body=request.body,
            fields=addressed.fields,
            argument=addressed.argument,
            profile=self.setting.profile,
            speaker=self._answering.speaker(scope),
            journal=self.journal,
            load=self.load,
            now=entry.arrived,
        )
        body = lookup.look(asked)
        page = body if isinstance(body, Page) else Page(b"application/json", msgspec.json.encode(body))
        seen = self._answering.seen(self._raw(request), scope, entry, addressed.attempt)
        return outright.page(addressed.dialect, 200, page, self._sent(seen, addressed.dialect, scope, entry))
