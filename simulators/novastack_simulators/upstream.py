"""One simulated upstream: a request in, a plan out. What it knows of the world is passed in.

decode (dialect) → generate, or take a stub's words → schedule → faults → play.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, Literal, NamedTuple, Protocol

import msgspec

from novastack_simulators import context, outright, tempo
from novastack_simulators.attempts import Attempts
from novastack_simulators.dialects import Dialect
from novastack_simulators.dialects.dialect import Answer, Asked, Letter, Lookup, Page, Reading, Sent
from novastack_simulators.faults import AnyFault, Struck, chosen, struck, uttered
from novastack_simulators.generation import Generation, Speaker, generate, seeded, stamp
from novastack_simulators.generation.tokens import count, unit
from novastack_simulators.journal import Entry, Journal, fingerprint
from novastack_simulators.load import Load
from novastack_simulators.outright import JSON
from novastack_simulators.plan import Frame, Plan, Queue, Work
from novastack_simulators.playback import Playback, Reply, Timers
from novastack_simulators.prefixes import Cached, Held, Prefixes
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt
from novastack_simulators.quotas.meter import Meter
from novastack_simulators.refusal import Refusal
from novastack_simulators.stubs import Error, Said, Scene, Shelf, Stub, filled, reporting, speak

EVENTS: Final = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"))
DAY: Final = 86_400


class Request(Protocol):
    """What an upstream reads of a request; the names of `fields` (headers) are in lower case."""

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def fields(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...

    @property
    def oversize(self) -> bool: ...


class Setting(NamedTuple):
    """How one upstream is set up; `created` is a rule or a unix time, `speed` 20 = twenty times faster."""

    name: str
    profile: Profile
    dialect: Dialect
    api_keys: tuple[str, ...]
    seed: int
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
    prompt: Prompt
    generation: Generation
    cached: Cached
    seen: Seen
    sent: Sent


class Upstream:
    """Answers requests, keeps the journal, and lets faults strike."""

    def __init__(
        self, setting: Setting, clocks: Clocks, faults: Sequence[AnyFault], stubs: Sequence[Stub] = ()
    ) -> None:
        self.setting = setting
        self.journal = Journal(setting.name)
        self.load = Load(setting.dialect.buckets)
        self.faults = tuple(faults)
        self._configured = tuple(faults)
        self.shelf = Shelf(stubs)
        self._stubs = self.shelf.stubs
        self._clocks = clocks
        self._attempts = Attempts()
        self._prefixes = Prefixes()
        figures = setting.profile
        self._meter = Meter({name: int(limit.value) for name, limit in figures.limits.items()})
        self._speaker = Speaker(
            seed=setting.seed,
            unit=unit(figures),
            per_message=int(figures.per_message.value),
            per_image=int(figures.per_image.value),
        )
        # A vocabulary is read when it is first used: better now than in the first answer.
        count("", self._speaker.unit)

    def reset(self) -> None:
        """Forgets what arrived (journal, measures, attempts, cache), and the faults and stubs set at run time."""
        self.journal.clear()
        self.load.clear()
        self._attempts.clear()
        self._prefixes.clear()
        self._meter.clear()
        self.faults = self._configured
        self.shelf = Shelf(self._stubs)

    def handle(self, request: Request, reply: Reply) -> None:
        entry = self.journal.open(request.method, request.path, request.fields, now=self._clocks.wall())
        plan = self._plan(request, entry)
        playback = Playback(plan, reply, entry, self._clocks.wheel, self._clocks.wall)
        number = self.load.begin(plan, self._clocks.wheel.time())
        playback.begin(None if number is None else partial(self._ended, number))

    def _ended(self, number: int, whole: bool) -> None:
        self.load.end(number, self._clocks.wheel.time(), whole=whole)

    def _plan(self, request: Request, entry: Entry) -> Plan:
        try:
            return self._served(request, entry)
        except Refusal as refusal:
            dialect = self.setting.dialect.at(request.path)
            shape, text = dialect.refuse(refusal)
            return outright.error(dialect, shape, text, self._sent(self._seen(self._raw(request), entry), entry))

    @staticmethod
    def _raw(request: Request) -> bytes:
        return stamp(request.method, request.path, request.body)

    def _seen(self, found: bytes, entry: Entry) -> Seen:
        entry.attempt = self._attempts.next(found)
        mark = stamp("request", self.setting.seed, found, entry.attempt)
        return Seen(found, entry.attempt, self.setting.dialect.request_id(mark))

    def _served(self, request: Request, entry: Entry) -> Plan:
        """Path, method, key and size are checked in this order, before the body is read. Raises Refusal."""
        where = {"method": request.method, "path": request.path}
        dialect = self.setting.dialect.at(request.path)
        found = dialect.resource(request.path)
        if found is None:
            raise Refusal("path", **where)
        resource, argument = found
        if request.method != resource.method and (request.method, resource.method) != ("HEAD", "GET"):
            raise Refusal("method", **where, allowed=resource.method)
        if not resource.open:
            self._authenticate(dialect, request, entry)
        if request.oversize:
            raise Refusal("too_large", longest=self.setting.max_body_bytes)
        if isinstance(resource.serves, Answer):
            return self._answer(resource.serves, request, entry)
        return self._found(resource.serves, argument, request, entry)

    def _authenticate(self, dialect: Dialect, request: Request, entry: Entry) -> None:
        key = dialect.key(request.fields)
        if key is None:
            raise Refusal("key_missing")
        entry.key = fingerprint(key)
        if key not in self.setting.api_keys:
            raise Refusal("key_wrong", end=key[-4:] if len(key) > 8 else "")

    def _found(self, lookup: Lookup, argument: str, request: Request, entry: Entry) -> Plan:
        self.load.settle(self._clocks.wheel.time())
        asked = Asked(
            body=request.body,
            fields=request.fields,
            argument=argument,
            profile=self.setting.profile,
            speaker=self._speaker,
            journal=self.journal,
            load=self.load,
            now=entry.arrived,
        )
        body = lookup.look(asked)
        page = body if isinstance(body, Page) else Page(b"application/json", msgspec.json.encode(body))
        sent = self._sent(self._seen(self._raw(request), entry), entry)
        return outright.page(self.setting.dialect.at(request.path), 200, page, sent)

    def _answer(self, answer: Answer, request: Request, entry: Entry) -> Plan:
        prompt = answer.decode(request.body, request.fields, self.setting.profile)
        entry.model, entry.stream, entry.canary = prompt.model, prompt.stream, prompt.canary
        scene = Scene(prompt=prompt, fields=request.fields, body=request.body)
        said = self._canned(scene, entry)
        seen = self._seen(prompt.fingerprint, entry)
        fault = chosen(self.faults, Struck(self.setting.seed, seen.fingerprint, seen.attempt))
        generation = generate(prompt, self._speaker) if said is None else speak(said, scene, self._speaker)
        generation = uttered(fault, context.ended(self.setting.profile, generation))
        context.check(self.setting.profile, answer, prompt, generation)
        entry.tokens.prompt = generation.prompt_tokens
        entry.tokens.reasoning = generation.reasoning_tokens
        entry.tokens.completion = generation.completion_tokens
        profile = self.setting.profile
        reading = Reading(prompt, generation, profile, self._speaker, self._held(entry))
        cached = answer.cache(reading) if profile.quirks.caching else Cached()
        read = generation.prompt_tokens - cached.read
        made = generation.completion_tokens
        sent = self._sent(seen, entry, input_tokens=read, output_tokens=made, tokens=read + made)
        reported = generation if said is None else reporting(generation, said.usage)
        given = Given(self.setting.dialect.at(request.path), answer, prompt, reported, cached, seen, sent)
        if said is not None and said.error is not None:
            return self._faulted(self._failed(said.error, scene, given), fault, given)
        plan = self._faulted(self._timed(given), fault, given)
        if plan.status == 200:
            self._prefixes.keep(cached.keep, now=entry.arrived, ready=entry.arrived)
        return plan

    def _held(self, entry: Entry) -> Held:
        return lambda digest: self._prefixes.held(digest, entry.arrived)

    def _canned(self, scene: Scene, entry: Entry) -> Said | None:
        """What a stub says; None where the model speaks for itself."""
        if not self.shelf.stubs:
            return None
        canned = self.shelf.take(scene)
        if canned is None:
            entry.nearest = self.shelf.nearest(scene)
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
        setting = self.setting
        dialect, answer, prompt, generation, cached, seen, sent = given
        letter = Letter(
            prompt=prompt,
            generation=generation,
            profile=setting.profile,
            stamp=stamp("body", setting.seed, seen.fingerprint),
            created=self._created(),
            cached=cached,
        )
        frames = (
            answer.stream(letter)
            if prompt.stream
            else (Frame("body", sum(choice.tokens for choice in generation.choices), answer.plain(letter)),)
        )
        rng = seeded("tempo", setting.seed, seen.fingerprint, seen.attempt)
        dues = tempo.schedule(frames, setting.profile.tempo, rng, lanes=max(prompt.n, 1), speed=setting.speed)
        headers = dialect.headers(sent._replace(waited=dues[0]))
        head = (*EVENTS, *headers) if prompt.stream else outright.sized(JSON, headers, frames[0].data)
        work = self._work(prompt, generation, seen) if setting.dialect.buckets else None
        return Plan(status=200, headers=head, frames=frames, dues=dues, work=work, queue=self._queue(given))

    def _queue(self, given: Given) -> Queue:
        queueing = self.setting.profile.queueing
        if queueing is None:
            return Queue()
        stream, plain = given.dialect.waiting
        beat, patience = queueing.beat.value / self.setting.speed, queueing.patience.value / self.setting.speed
        return Queue(stream if given.prompt.stream else plain, beat, patience)

    def _work(self, prompt: Prompt, generation: Generation, seen: Seen) -> Work:
        """What is measured; the times of an answer that is not streamed are drawn again, from the same seed."""
        setting = self.setting
        dues: tuple[float, ...] = ()
        if not prompt.stream:
            rng = seeded("tempo", setting.seed, seen.fingerprint, seen.attempt)
            made, lanes = sum(choice.tokens for choice in generation.choices), max(prompt.n, 1)
            dues = tempo.pulse(made, setting.profile.tempo, rng, lanes=lanes, speed=setting.speed)
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

    def _sent(self, seen: Seen, entry: Entry, **spent: int) -> Sent:
        levels = self._meter.spend({"requests": 1, **spent}, entry.arrived)
        return Sent(request_id=seen.request_id, arrived=entry.arrived, given=entry.request_id, levels=levels)
