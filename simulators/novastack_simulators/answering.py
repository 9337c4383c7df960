"""What becomes of a request for an answer: read → words → quotas → plan → faults → framing. Nothing is sent here."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from novastack_simulators import context, outright
from novastack_simulators.addressed import Addressed, Request, arrived
from novastack_simulators.blocks import blocks
from novastack_simulators.dialects import Dialect
from novastack_simulators.dialects.denial import refusal
from novastack_simulators.dialects.dialect import Answer, Letter, Reading, Sent
from novastack_simulators.expectations import check
from novastack_simulators.faults import Context, Fault, Struck, chosen, mangled, struck, uttered
from novastack_simulators.framing import Framing, framed
from novastack_simulators.generation import Generation, Speaker, generate, seeded, stamp
from novastack_simulators.generation.seed import Stem
from novastack_simulators.generation.tokens import unit
from novastack_simulators.hearing import Heard, Hearing, Manner, Spoken, written
from novastack_simulators.journal import Entry, Nearest
from novastack_simulators.outright import JSON
from novastack_simulators.plan import Frame, Plan, Queue, Ticket, Work
from novastack_simulators.prefixes import Cached, Held
from novastack_simulators.profile import EngineTempo
from novastack_simulators.prompt import Prompt
from novastack_simulators.quotas import Account, Denied, Grant, Level, Need, estimated
from novastack_simulators.refusal import Refusal
from novastack_simulators.scope import Scope
from novastack_simulators.setting import Aimed, Asking, Given, Planned, Seen, Setting
from novastack_simulators.stubs import Error, Said, Scene, filled, reporting, speak
from novastack_simulators.tapes import Miss, told
from novastack_simulators.tempo import pulse, schedule

EVENTS: Final = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"))
DAY: Final = 86_400
UNCACHED: Final = Cached()
UNQUEUED: Final = Queue()
UNAIMED: Final = Aimed()


class Answering:
    """Answers of one upstream as it is set up. Times are unix seconds, taken from the journal's entry."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._hearing = Hearing(setting.profile, directives=setting.directives)
        self._unit = unit(setting.profile)

    def speaker(self, scope: Scope) -> Speaker:
        figures = self._setting.profile
        return Speaker(
            seed=scope.seed,
            unit=self._unit,
            per_message=int(figures.per_message.value),
            per_image=int(figures.per_image.value),
        )

    def answer(self, addressed: Addressed, answer: Answer, request: Request, entry: Entry, scope: Scope) -> Planned:
        """The answer as it will be sent. Raises Refusal."""
        if self._setting.tapes is not None:
            replayed = self._replayed(addressed, answer, request, entry, scope)
            if replayed is not None:
                return replayed
        heard = self._heard(addressed, answer, request, entry)
        prompt = heard.prompt
        scene = Scene(prompt=prompt, fields=addressed.fields, body=request.body, key=entry.key)
        said = self._canned(scope, scene, entry)
        seen = self._again(heard, scope, entry, addressed.attempt)
        asking = Asking(addressed, heard, scene, scope, seen, entry)
        try:
            return self._said(asking, said)
        except Refusal as refused:
            refused.details["seen"] = seen
            raise

    def _said(self, asking: Asking, said: Said | None) -> Planned:
        addressed, heard, scene, scope, seen, entry = asking
        prompt, answer = heard.prompt, heard.answer
        aimed = self._aimed(heard, scene, scope, seen, entry)
        fault = aimed.fault
        spoken = self._spoken(heard, scene, said, fault, scope)
        cached = self._cached(answer, prompt, spoken.generation, entry, scope)
        tokens = entry.tokens
        tokens.prompt, tokens.reasoning, tokens.completion = spoken.counts
        patience = addressed.dialect.patience(addressed.fields)
        need = Need(tokens.prompt - cached.read, estimated(prompt.limit, prompt.n), patience)
        grant, levels = self._granted(asking, need, fault)
        given = Given(addressed.dialect, answer, heard, spoken, cached, scope, seen, entry, levels)
        if said is not None and said.error is not None:
            plan = outright.delayed(self._failed(said.error, scene, given), grant.wait)
        else:
            plan = self._timed(given, grant.wait)
        if fault is not None:
            plan = self._struck(plan, fault, addressed.dialect, scope, seen, given.sent())
        if cached.keep and plan.status == 200:
            scope.prefixes.keep(cached.keep, now=entry.arrived, ready=entry.arrived)
        framing = heard.orders.framing or scope.framing
        if fault is not None or not framing.default:
            plan = self._put(plan, fault, scope, seen, addressed, framing)
        return Planned(plan, aimed, grant, need.input_tokens)

    def _again(self, heard: Heard, scope: Scope, entry: Entry, attempt: int | None) -> Seen:
        """As `seen`, of a request that was heard."""
        found = heard.prompt.fingerprint
        stem = heard.stems.get(scope.seed)
        if stem is None:
            stem = heard.stems[scope.seed] = Stem("request", scope.seed, found)
        entry.attempt = scope.attempts.next(found) if attempt is None else attempt
        return Seen(found, entry.attempt, self._setting.dialect.request_id(stem.stamp(entry.attempt)))

    def seen(self, found: bytes, scope: Scope, entry: Entry, attempt: int | None = None) -> Seen:
        """One more arrival of a request; its number may be told by whoever sends it."""
        entry.attempt = scope.attempts.next(found) if attempt is None else attempt
        mark = stamp("request", scope.seed, found, entry.attempt)
        return Seen(found, entry.attempt, self._setting.dialect.request_id(mark))

    # What was asked

    def _heard(self, addressed: Addressed, answer: Answer, request: Request, entry: Entry) -> Heard:
        heard = self._hearing.hear(addressed, answer, request.path, request.body)
        entry.model, entry.stream, entry.canary = heard.prompt.model, heard.prompt.stream, heard.canary
        if heard.orders.expects:
            check(heard.orders.expects, arrived(request, addressed.fields, self._setting.name))
        return heard

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

    def _aimed(self, heard: Heard | None, scene: Scene | None, scope: Scope, seen: Seen, entry: Entry) -> Aimed:
        """The faults that the prompt asks for come before those that are armed."""
        faults = (*heard.orders.faults, *scope.faults) if heard is not None and heard.orders.faults else scope.faults
        if not faults:
            return UNAIMED
        account = Account(entry.key or "", entry.model or "")
        if scene is not None:
            scene = msgspec.structs.replace(scene, stub=entry.stub, attempt=seen.attempt)
        who = Struck(
            scope.seed,
            seen.fingerprint,
            seen.attempt,
            scope=scope.name,
            since_armed=entry.arrived - scope.armed,
            over_quota=scope.quotas.over(account, entry.arrived),
            scene=scene,
        )
        return Aimed(faults, who, chosen(faults, who))

    # What is said

    def _spoken(self, heard: Heard, scene: Scene, said: Said | None, fault: Fault | None, scope: Scope) -> Spoken:
        """The words, from memory unless a fault changes them. Raises Refusal where they do not fit in the context."""
        profile = self._setting.profile

        def say() -> Spoken:
            speaker = self.speaker(scope)
            generation = generate(scene.prompt, speaker) if said is None else speak(said, scene, speaker)
            generation = context.ended(profile, generation)
            context.check(profile, heard.answer, scene.prompt, generation)
            reported = generation if said is None else reporting(generation, said.usage)
            return Spoken(generation=generation, reported=reported, counts=_counts(generation), holds=said)

        spoken = self._hearing.say(heard, Manner(scope.seed, 0 if said is None else id(said)), say)
        generation = spoken.generation if fault is None else uttered(fault, spoken.generation)
        if generation is spoken.generation:
            return spoken
        reported = generation if said is None else reporting(generation, said.usage)
        return Spoken(generation=generation, reported=reported, counts=_counts(generation), kept=False)

    def _cached(self, answer: Answer, prompt: Prompt, generation: Generation, entry: Entry, scope: Scope) -> Cached:
        if not self._setting.profile.quirks.caching or not answer.caches:
            return UNCACHED
        held = self._held(scope, entry.arrived)
        return answer.cache(Reading(prompt, generation, self._setting.profile, self.speaker(scope), held))

    @staticmethod
    def _held(scope: Scope, now: float) -> Held:
        return lambda digest: scope.prefixes.held(digest, now)

    @staticmethod
    def _granted(asking: Asking, need: Need, fault: Fault | None) -> tuple[Grant, Mapping[str, Level]]:
        """Room in the account's quotas, and how they stand. Raises Refusal.

        A fault that strikes who is over a quota does so instead of the refusal.
        """
        dialect, scope, entry = asking.addressed.dialect, asking.scope, asking.entry
        account = Account(entry.key or "", entry.model or "")
        found = scope.quotas.admit(account, need, entry.arrived)
        if isinstance(found, Denied):
            if fault is not None and fault.when.over_quota:
                return Grant(None, need), scope.quotas.levels(account, entry.arrived, dialect.told)
            raise refusal(dialect, found, entry.model or "", always=scope.terms.retry_after)
        return found, scope.quotas.levels(account, entry.arrived, dialect.told)

    # When and how

    def _failed(self, error: Error, scene: Scene, given: Given) -> Plan:
        """A stub's error, in the provider's shape."""
        row = given.dialect.failure(error.status, error.code)
        shape = row._replace(type=error.type or row.type)
        text = row.text if error.message is None else filled(error.message, scene)
        return outright.retried(outright.error(given.dialect, shape, text, given.sent()), error.retry_after)

    def _timed(self, given: Given, wait: float) -> Plan:
        """The answer, begun after `wait` seconds."""
        frames = self._frames(given)
        dues, ticket = self._due(frames, given)
        sent = given.sent(wait + dues[0])
        headers = given.dialect.headers(sent)
        stream = given.prompt.stream
        head = (*EVENTS, *headers) if stream else outright.sized(JSON, headers, frames[0].data)
        work = self._work(given) if self._setting.dialect.buckets else None
        queue = self._queue(given)
        plan = Plan(status=200, headers=head, frames=frames, dues=dues, ticket=ticket, work=work, queue=queue)
        return outright.delayed(plan, wait)

    def _frames(self, given: Given) -> tuple[Frame, ...]:
        heard, spoken, created = given.heard, given.spoken, self._created(given.entry.arrived)

        def write() -> tuple[Frame, ...]:
            letter = Letter(
                prompt=heard.prompt,
                generation=spoken.reported,
                profile=self._setting.profile,
                stamp=stamp("body", given.scope.seed, given.seen.fingerprint),
                created=created,
                cached=given.cached,
            )
            if heard.prompt.stream:
                return given.answer.stream(letter)
            tokens = sum(choice.tokens for choice in spoken.generation.choices)
            return (Frame("body", tokens, given.answer.plain(letter)),)

        return self._hearing.write(heard, spoken, written(created, given.cached), write)

    def _created(self, arrived: float) -> int:
        if isinstance(self._setting.created, int):
            return self._setting.created
        now = int(arrived)
        return now - now % DAY if self._setting.created == "today" else now

    def _due(self, frames: tuple[Frame, ...], given: Given) -> tuple[Sequence[float], Ticket | None]:
        """When the frames are due after the arrival; or, where an engine makes them, what it has to make."""
        setting, tempo, generation = self._setting, self._setting.profile.tempo, given.spoken.generation
        if isinstance(tempo, EngineTempo):
            made = tuple(choice.tokens for choice in generation.choices)
            return (0.0,) * len(frames), Ticket(generation.prompt_tokens, made, self._blocks(given, tempo))
        if tempo.fixed and given.spoken.dues is not None:
            return given.spoken.dues, None
        rng = seeded("tempo", given.scope.seed, given.seen.fingerprint, given.seen.attempt)
        read, lanes = generation.prompt_tokens - given.cached.read, max(given.prompt.n, 1)
        dues = schedule(frames, tempo, rng, lanes=lanes, speed=setting.speed, prompt_tokens=read)
        given.spoken.dues = dues if tempo.fixed else None
        return dues, None

    def _blocks(self, given: Given, tempo: EngineTempo) -> tuple[bytes, ...]:
        if given.heard.blocks is None:
            size = int(tempo.block_size.value)
            most = given.spoken.generation.prompt_tokens // size
            given.heard.blocks = blocks(given.prompt, self._unit, size, most)
        return given.heard.blocks

    def _queue(self, given: Given) -> Queue:
        queueing, speed = self._setting.profile.queueing, self._setting.speed
        if queueing is None:
            return UNQUEUED
        stream, plain = given.dialect.waiting
        return Queue(
            stream if given.prompt.stream else plain, queueing.beat.value / speed, queueing.patience.value / speed
        )

    def _work(self, given: Given) -> Work:
        """What is measured; the times of an answer that is not streamed are drawn again, from the same seed."""
        prompt, generation, tempo = given.prompt, given.spoken.reported, self._setting.profile.tempo
        dues: tuple[float, ...] = ()
        if not prompt.stream and not isinstance(tempo, EngineTempo):
            rng = seeded("tempo", given.scope.seed, given.seen.fingerprint, given.seen.attempt)
            made, lanes = sum(choice.tokens for choice in generation.choices), max(prompt.n, 1)
            read = given.spoken.generation.prompt_tokens - given.cached.read
            dues = tuple(pulse(made, tempo, rng, lanes=lanes, speed=self._setting.speed, prompt_tokens=read))
        finishes = tuple(choice.finish for choice in generation.choices)
        return Work(generation.prompt_tokens, finishes, prompt.limit, dues)

    # What goes wrong with it, and how it is put on the wire

    @staticmethod
    def _struck(plan: Plan, fault: Fault, dialect: Dialect, scope: Scope, seen: Seen, sent: Sent) -> Plan:
        shape = dialect.failure(getattr(fault, "status", 500), getattr(fault, "code", None))
        error = outright.error(dialect, shape, shape.text, sent)
        mark = stamp("fault", scope.seed, scope.name, fault.mark, seen.fingerprint, seen.attempt)
        return struck(fault, plan, error, Context(error, dialect.mishap, mark, sent.arrived))

    @staticmethod
    def _put(plan: Plan, fault: Fault | None, scope: Scope, seen: Seen, addressed: Addressed, framing: Framing) -> Plan:
        if not framing.default:
            rng = seeded("framing", scope.seed, seen.fingerprint, seen.attempt)
            plan = framed(plan, framing, rng, addressed.fields.get("accept-encoding", ""))
        return plan if fault is None else mangled(fault, plan)

    # What was recorded

    def _replayed(
        self, addressed: Addressed, answer: Answer, request: Request, entry: Entry, scope: Scope
    ) -> Planned | None:
        """The tape of this request; None where the model is to speak for itself. Raises Refusal."""
        tapes = self._setting.tapes
        assert tapes is not None
        reel, known = tapes.reel, self._understood(addressed, answer, request, entry)
        found = stamp("tape", reel.fingerprint(request.method, request.path, request.body))
        attempt = addressed.attempt or scope.attempts.next(found)
        tape = reel.find(request.method, request.path, request.body, attempt)
        if isinstance(tape, Miss):
            if tape.nearest is not None:
                entry.nearest = Nearest(tape.nearest, tape.differs)
            if tapes.fallback == "refuse":
                raise Refusal("invalid", param="tapes", message=tape.text, code="no_tape")
            return None
        entry.stub = f"tape {tape.name}"
        seen = self.seen(found, scope, entry, attempt)
        scene = Scene(prompt=known.prompt, fields=addressed.fields, body=request.body, key=entry.key) if known else None
        aimed = self._aimed(known, scene, scope, seen, entry)
        framing = (known.orders.framing if known else None) or scope.framing
        speed = self._setting.speed if tapes.speed is None else tapes.speed
        # Exact writes are not events: what strikes or dresses events needs them one by one.
        plan = reel.planned(tape, speed, "chunk" if aimed.fault is None and framing.default else "event")
        said = told(tape)
        tokens = entry.tokens
        tokens.prompt, tokens.reasoning, tokens.completion = said.prompt or 0, said.reasoning, said.completion or 0
        if aimed.fault is not None and plan.frames:
            sent = Sent(seen.request_id, entry.arrived)
            plan = self._struck(plan, aimed.fault, addressed.dialect, scope, seen, sent)
        return Planned(self._put(plan, aimed.fault, scope, seen, addressed, framing), aimed)

    def _understood(self, addressed: Addressed, answer: Answer, request: Request, entry: Entry) -> Heard | None:
        """What can be told of a request that need not be one that is simulated."""
        try:
            return self._heard(addressed, answer, request, entry)
        except Refusal as unknown:
            if "expectation" in unknown.details:
                raise
            return None


def _counts(generation: Generation) -> tuple[int, int, int]:
    return generation.prompt_tokens, generation.reasoning_tokens, generation.completion_tokens
