"""One simulated upstream: a request in, a plan out. What it knows of the world is passed in.

decode (dialect) → generate, or take a stub's words → schedule → faults → play.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

import msgspec

from novastack_simulators import context, outright
from novastack_simulators.addressed import Addressed, Heads, Request
from novastack_simulators.blocks import blocks
from novastack_simulators.dialects import Dialect
from novastack_simulators.dialects.dialect import Answer, Asked, Fields, Letter, Lookup, Page, Reading, Sent
from novastack_simulators.dialects.durations import duration
from novastack_simulators.faults import AnyFault, Struck, chosen, struck, uttered
from novastack_simulators.framing import framed
from novastack_simulators.generation import Generation, Speaker, generate, seeded, stamp
from novastack_simulators.generation.tokens import count, unit
from novastack_simulators.hearing import Heard, Hearing, Manner, Spoken, written
from novastack_simulators.journal import Entry, Journal
from novastack_simulators.lateness import Lateness
from novastack_simulators.load import Load
from novastack_simulators.outright import JSON
from novastack_simulators.plan import Frame, Plan, Queue, Ticket, Work
from novastack_simulators.playback import Playback, Reply, Stage, Timers
from novastack_simulators.prefixes import Cached, Held
from novastack_simulators.profile import EngineTempo, Profile
from novastack_simulators.prompt import Prompt
from novastack_simulators.quotas import Account, Denied, Grant, Level, Need, Spent, estimated
from novastack_simulators.refusal import Refusal
from novastack_simulators.scope import Scope, Scopes, Start
from novastack_simulators.serving import Job, Pacing, Serving
from novastack_simulators.stubs import Error, Said, Scene, filled, reporting, speak
from novastack_simulators.tempo import pulse, schedule
from novastack_simulators.tempo.engine import Refused
from novastack_simulators.times import Times

EVENTS: Final = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"))
DAY: Final = 86_400
NOTHING: Final[Mapping[str, Level]] = MappingProxyType({})


class Setting(NamedTuple):
    """How one upstream is set up; `created` is a rule or a unix time, `speed` 20 = twenty times faster."""

    name: str
    profile: Profile
    dialect: Dialect
    api_keys: tuple[str, ...]
    speed: float
    created: Literal["today", "now"] | int
    max_body_bytes: int


class Clocks(NamedTuple):
    """The wheel that plays, and the wall clock (unix seconds)."""

    wheel: Timers
    wall: Callable[[], float]


class Seen(NamedTuple):
    """A request that has been read: its fingerprint, how often it came, and the id that its answer carries."""

    fingerprint: bytes
    attempt: int
    request_id: str


class Given(NamedTuple):
    """A request for an answer that has been read, and what is said to it."""

    dialect: Dialect
    answer: Answer
    heard: Heard
    spoken: Spoken
    cached: Cached
    scope: Scope
    seen: Seen
    sent: Sent

    @property
    def prompt(self) -> Prompt:
        return self.heard.prompt


class Planned(NamedTuple):
    """An answer, the room that was granted for it, and the input that counts (tokens)."""

    plan: Plan
    grant: Grant | None = None
    read: int = 0


class Upstream:
    """Answers requests, keeps the journal, and lets faults strike."""

    def __init__(self, setting: Setting, clocks: Clocks, start: Start) -> None:
        self._clocks = clocks
        self.lateness = Lateness()
        self.times = Times()
        self._stage = Stage(clocks.wheel, clocks.wall, self.lateness)
        self.scopes = Scopes(start, clocks.wall())
        self.journal = Journal(setting.name)
        self.set_up(setting)

    def set_up(self, setting: Setting) -> None:
        """Another profile, key or speed from now on; what is under way ends as it began."""
        self.setting = setting
        tempo = setting.profile.tempo
        self._serving = Serving(tempo, self._clocks.wheel, setting.speed) if isinstance(tempo, EngineTempo) else None
        self.load = Load(setting.dialect.buckets, None if self._serving is None else self._serving.look)
        self._heads = Heads(setting.dialect, setting.api_keys)
        self._hearing = Hearing(setting.profile)
        # A vocabulary is read when it is first used: better now than in the first answer.
        count("", unit(setting.profile))

    def reset(self) -> None:
        """Forgets what arrived (journal, measures, attempts, cache), and what was set at run time, in every scope."""
        now = self._clocks.wall()
        self.journal.clear()
        self.load.clear()
        self.lateness.clear()
        self.times.clear()
        for name in self.scopes.names:
            self.scopes.close(name)
        self.scopes.whole.reset(now)

    def reset_scope(self, name: str) -> None:
        """The same for one scope."""
        self.scopes.at(name, self._clocks.wall()).reset(self._clocks.wall())
        self.scopes.close(name)

    def scope(self, name: str) -> Scope:
        return self.scopes.at(name, self._clocks.wall())

    def now(self) -> float:
        """The wall clock (unix seconds)."""
        return self._clocks.wall()

    def handle(self, request: Request, reply: Reply) -> None:
        entry = self.journal.open(request.method, request.path, request.fields, now=self._clocks.wall())
        planned = self._plan(request, entry)
        playback = Playback(planned.plan, reply, entry, self._stage)
        job = self._submitted(planned.plan, playback)
        if isinstance(job, Refused):
            playback = Playback(self._turned_away(planned, request, entry), reply, entry, self._stage)
            playback.begin(partial(self._ended, playback, Planned(playback.plan), None, None))
            return
        number = self.load.begin(planned.plan, playback.zero)
        if job is not None:
            job.number = number
        playback.begin(partial(self._ended, playback, planned, number, job))

    def _submitted(self, plan: Plan, playback: Playback) -> Job | Refused | None:
        """The work as an engine has it; None where none makes the answer."""
        if plan.ticket is None or self._serving is None:
            return None
        return self._serving.submit(plan.ticket, Job(Pacing(plan, playback), self.load))

    def _turned_away(self, planned: Planned, request: Request, entry: Entry) -> Plan:
        """The engine's queue is full: nothing was begun."""
        if planned.grant is not None:
            planned.grant.release(self._clocks.wall())
        dialect = self.setting.dialect.at(request.path)
        shape = dialect.failure(503)
        sent = Sent(entry.request_id or "", entry.arrived, 0.0, entry.request_id)
        return outright.error(dialect, shape, shape.text, sent)

    def _ended(self, playback: Playback, planned: Planned, number: int | None, job: Job | None, whole: bool) -> None:
        entry = playback.entry
        queued = 0.0 if job is None else job.end()
        self.times.keep(entry.sequence, playback.dues, playback.sent)
        if planned.grant is not None:
            made = entry.tokens.completion if whole else entry.tokens.sent
            planned.grant.settle(Spent(planned.read, made if entry.status == 200 else 0), self._clocks.wall())
        if number is not None:
            self.load.end(number, self._clocks.wheel.time(), whole=whole, queued=queued)

    def _plan(self, request: Request, entry: Entry) -> Planned:
        try:
            addressed = self._heads.read(request)
            entry.key = addressed.key
            return self._served(addressed, request, entry)
        except Refusal as refusal:
            entry.key = refusal.details.get("key", entry.key)
            return Planned(self._refused(refusal, request, entry))

    def _refused(self, refusal: Refusal, request: Request, entry: Entry) -> Plan:
        dialect, scope = self.setting.dialect.at(request.path), self.scopes.whole
        shape, text = dialect.refuse(refusal)
        seen = self._seen(self._raw(request), scope, entry)
        levels = refusal.details.get("levels", NOTHING)
        sent = Sent(seen.request_id, entry.arrived, 0.0, entry.request_id, levels)
        error = outright.error(dialect, shape, text, sent)
        return outright.headed(error, refusal.details.get("headers", ()))

    @staticmethod
    def _raw(request: Request) -> bytes:
        return stamp(request.method, request.path, request.body)

    def _seen(self, found: bytes, scope: Scope, entry: Entry) -> Seen:
        entry.attempt = scope.attempts.next(found)
        mark = stamp("request", scope.seed, found, entry.attempt)
        return Seen(found, entry.attempt, self.setting.dialect.request_id(mark))

    def _served(self, addressed: Addressed, request: Request, entry: Entry) -> Planned:
        """The size is checked before the body is read. Raises Refusal."""
        if request.oversize:
            raise Refusal("too_large", longest=self.setting.max_body_bytes)
        scope = self.scopes.at(addressed.scope, entry.arrived)
        if isinstance(addressed.serves, Answer):
            return self._answer(addressed, addressed.serves, request, entry, scope)
        return Planned(self._found(addressed, addressed.serves, request, entry, scope))

    def _speaker(self, scope: Scope) -> Speaker:
        figures = self.setting.profile
        return Speaker(
            seed=scope.seed,
            unit=unit(figures),
            per_message=int(figures.per_message.value),
            per_image=int(figures.per_image.value),
        )

    def _found(self, addressed: Addressed, lookup: Lookup, request: Request, entry: Entry, scope: Scope) -> Plan:
        self.load.settle(self._clocks.wheel.time())
        asked = Asked(
            body=request.body,
            fields=addressed.fields,
            argument=addressed.argument,
            profile=self.setting.profile,
            speaker=self._speaker(scope),
            journal=self.journal,
            load=self.load,
            now=entry.arrived,
        )
        body = lookup.look(asked)
        page = body if isinstance(body, Page) else Page(b"application/json", msgspec.json.encode(body))
        seen = self._seen(self._raw(request), scope, entry)
        sent = Sent(seen.request_id, entry.arrived, 0.0, entry.request_id)
        return outright.page(addressed.dialect, 200, page, sent)

    def _answer(self, addressed: Addressed, answer: Answer, request: Request, entry: Entry, scope: Scope) -> Planned:
        heard = self._hearing.hear(addressed, answer, request.path, request.body)
        prompt = heard.prompt
        entry.model, entry.stream, entry.canary = prompt.model, prompt.stream, heard.canary
        scene = Scene(prompt=prompt, fields=addressed.fields, body=request.body)
        said = self._canned(scope, scene, entry)
        seen = self._seen(prompt.fingerprint, scope, entry)
        fault = chosen(scope.faults, Struck(scope.seed, seen.fingerprint, seen.attempt)) if scope.faults else None
        spoken = self._spoken(heard, scene, said, fault, scope)
        generation = spoken.generation
        cached = self._cached(answer, prompt, generation, entry, scope)
        tokens = entry.tokens
        tokens.prompt, tokens.reasoning = generation.prompt_tokens, generation.reasoning_tokens
        tokens.completion = generation.completion_tokens
        need = Need(generation.prompt_tokens - cached.read, estimated(prompt.limit, prompt.n))
        grant, levels = self._granted(addressed, scope, need, entry)
        sent = Sent(seen.request_id, entry.arrived, 0.0, entry.request_id, levels)
        given = Given(addressed.dialect, answer, heard, spoken, cached, scope, seen, sent)
        if said is not None and said.error is not None:
            plan = self._faulted(self._failed(said.error, scene, given), fault, given)
        else:
            plan = self._faulted(self._timed(given), fault, given)
        if plan.status == 200 and cached.keep:
            scope.prefixes.keep(cached.keep, now=entry.arrived, ready=entry.arrived)
        return Planned(self._framed(plan, given, addressed.fields), grant, need.input_tokens)

    @staticmethod
    def _framed(plan: Plan, given: Given, fields: Fields) -> Plan:
        framing, seen = given.scope.framing, given.seen
        if framing.default:
            return plan
        rng = seeded("framing", given.scope.seed, seen.fingerprint, seen.attempt)
        return framed(plan, framing, rng, fields.get("accept-encoding", ""))

    def _granted(
        self, addressed: Addressed, scope: Scope, need: Need, entry: Entry
    ) -> tuple[Grant, Mapping[str, Level]]:
        """Room in the account's quotas, and how they stand. Raises Refusal."""
        dialect, account = addressed.dialect, Account(entry.key or "", entry.model or "")
        asked = need._replace(patience=dialect.patience(addressed.fields))
        found = scope.quotas.admit(account, asked, entry.arrived)
        levels = scope.quotas.levels(account, entry.arrived, dialect.told)
        if isinstance(found, Denied):
            raise self._denied(found, dialect, entry, levels)
        return found, levels

    def _denied(self, denied: Denied, dialect: Dialect, entry: Entry, levels: Mapping[str, Level]) -> Refusal:
        wait = denied.retry_after_s
        told = dialect.retry(wait) if dialect.retry is not None and wait is not None else ()
        return Refusal(
            "outsized" if denied.outsized else "quota",
            quota=denied.name,
            model=entry.model,
            limit=denied.limit,
            used=denied.used,
            requested=denied.requested,
            wait=duration(wait or 0.0),
            levels=levels,
            headers=told,
        )

    def _spoken(self, heard: Heard, scene: Scene, said: Said | None, fault: AnyFault | None, scope: Scope) -> Spoken:
        """What is said, from memory unless a fault changes it. Raises Refusal where it does not fit in the context."""

        def say() -> Spoken:
            profile, speaker = self.setting.profile, self._speaker(scope)
            generation = generate(scene.prompt, speaker) if said is None else speak(said, scene, speaker)
            generation = uttered(fault, context.ended(profile, generation))
            context.check(profile, heard.answer, scene.prompt, generation)
            reported = generation if said is None else reporting(generation, said.usage)
            return Spoken(generation=generation, reported=reported, kept=fault is None, holds=said)

        if fault is not None:
            return say()
        return self._hearing.say(heard, Manner(scope.seed, 0 if said is None else id(said)), say)

    def _cached(self, answer: Answer, prompt: Prompt, generation: Generation, entry: Entry, scope: Scope) -> Cached:
        if not self.setting.profile.quirks.caching or not answer.caches:
            return Cached()
        held = self._held(scope, entry.arrived)
        return answer.cache(Reading(prompt, generation, self.setting.profile, self._speaker(scope), held))

    @staticmethod
    def _held(scope: Scope, now: float) -> Held:
        return lambda digest: scope.prefixes.held(digest, now)

    def _canned(self, scope: Scope, scene: Scene, entry: Entry) -> Said | None:
        """What a stub says; None where the model speaks for itself."""
        if not scope.shelf.stubs:
            return None
        canned = scope.shelf.take(scene)
        if canned is None:
            entry.nearest = scope.shelf.nearest(scene)
            return None
        entry.stub = canned.stub
        return canned.said

    def _failed(self, error: Error, scene: Scene, given: Given) -> Plan:
        """A stub's error, in the provider's shape."""
        row = given.dialect.failure(error.status, error.code)
        shape = row._replace(type=error.type or row.type)
        text = row.text if error.message is None else filled(error.message, scene)
        return outright.later(outright.error(given.dialect, shape, text, given.sent), error.retry_after)

    def _timed(self, given: Given) -> Plan:
        setting, prompt = self.setting, given.prompt
        frames = self._frames(given)
        dues, ticket = self._due(frames, given)
        headers = given.dialect.headers(given.sent._replace(waited=dues[0]))
        head = (*EVENTS, *headers) if prompt.stream else outright.sized(JSON, headers, frames[0].data)
        work = self._work(given) if setting.dialect.buckets else None
        queue = self._queue(given)
        return Plan(status=200, headers=head, frames=frames, dues=dues, ticket=ticket, work=work, queue=queue)

    def _due(self, frames: tuple[Frame, ...], given: Given) -> tuple[Sequence[float], Ticket | None]:
        """When the frames are due after the arrival; or, where an engine makes them, what it has to make."""
        setting, prompt, seen, tempo = self.setting, given.prompt, given.seen, self.setting.profile.tempo
        generation = given.spoken.generation
        if isinstance(tempo, EngineTempo):
            size, most = int(tempo.block_size.value), generation.prompt_tokens // int(tempo.block_size.value)
            prefix = given.heard.blocks
            if prefix is None:
                prefix = given.heard.blocks = blocks(prompt, unit(setting.profile), size, most)
            made = tuple(choice.tokens for choice in generation.choices)
            return (0.0,) * len(frames), Ticket(generation.prompt_tokens, made, prefix)
        rng = seeded("tempo", given.scope.seed, seen.fingerprint, seen.attempt)
        read = generation.prompt_tokens - given.cached.read
        lanes = max(prompt.n, 1)
        return schedule(frames, tempo, rng, lanes=lanes, speed=setting.speed, prompt_tokens=read), None

    def _frames(self, given: Given) -> tuple[Frame, ...]:
        heard, spoken, created = given.heard, given.spoken, self._created()

        def write() -> tuple[Frame, ...]:
            letter = Letter(
                prompt=heard.prompt,
                generation=spoken.reported,
                profile=self.setting.profile,
                stamp=stamp("body", given.scope.seed, given.seen.fingerprint),
                created=created,
                cached=given.cached,
            )
            if heard.prompt.stream:
                return given.answer.stream(letter)
            tokens = sum(choice.tokens for choice in spoken.generation.choices)
            return (Frame("body", tokens, given.answer.plain(letter)),)

        return self._hearing.write(heard, spoken, written(created, given.cached), write)

    def _queue(self, given: Given) -> Queue:
        queueing = self.setting.profile.queueing
        if queueing is None:
            return Queue()
        stream, plain = given.dialect.waiting
        beat, patience = queueing.beat.value / self.setting.speed, queueing.patience.value / self.setting.speed
        return Queue(stream if given.prompt.stream else plain, beat, patience)

    def _work(self, given: Given) -> Work:
        """What is measured; the times of an answer that is not streamed are drawn again, from the same seed."""
        setting, prompt, seen, generation = self.setting, given.prompt, given.seen, given.spoken.reported
        dues: tuple[float, ...] = ()
        if not prompt.stream and self._serving is None:
            rng = seeded("tempo", given.scope.seed, seen.fingerprint, seen.attempt)
            made, lanes = sum(choice.tokens for choice in generation.choices), max(prompt.n, 1)
            dues = tuple(pulse(made, setting.profile.tempo, rng, lanes=lanes, speed=setting.speed))
        finishes = tuple(choice.finish for choice in generation.choices)
        return Work(generation.prompt_tokens, finishes, prompt.limit, dues)

    def _created(self) -> int:
        if isinstance(self.setting.created, int):
            return self.setting.created
        now = int(self._clocks.wall())
        return now - now % DAY if self.setting.created == "today" else now

    def _faulted(self, plan: Plan, fault: AnyFault | None, given: Given) -> Plan:
        if fault is None:
            return plan
        shape = given.dialect.failure(getattr(fault, "status", 500), getattr(fault, "code", None))
        error = outright.error(given.dialect, shape, shape.text, given.sent)
        if fault.do == "in_band_error" and plan.frames[0].phase != "body":
            error = outright.mishap(given.dialect, plan, error)
        return struck(fault, plan, outright.later(error, getattr(fault, "retry_after", None)))
