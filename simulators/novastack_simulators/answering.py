"""What becomes of a request for an answer: read → words → quotas → plan → faults → framing. Nothing is sent here.

rendering.py makes the plan, aiming.py lets faults strike it, replaying.py answers by tape.
"""

from novastack_simulators import aiming, context, outright
from novastack_simulators.addressed import Addressed, Request, arrived
from novastack_simulators.dialects.denial import refusal
from novastack_simulators.dialects.dialect import Answer, Reading
from novastack_simulators.expectations import check
from novastack_simulators.faults import Fault, uttered
from novastack_simulators.generation import Generation, Speaker, generate
from novastack_simulators.generation.seed import Stem
from novastack_simulators.generation.tokens import unit
from novastack_simulators.hearing import UNCACHED, Heard, Hearing, Spoken, party
from novastack_simulators.journal import Entry
from novastack_simulators.plan import Plan
from novastack_simulators.prefixes import Cached, Held
from novastack_simulators.quotas import UNLIMITED, Grant, Levels, Need, estimated
from novastack_simulators.refusal import Refusal
from novastack_simulators.rendering import Rendering
from novastack_simulators.replaying import Replaying
from novastack_simulators.scope import Scope
from novastack_simulators.setting import Asking, Given, Planned, Seen, Setting, arrival
from novastack_simulators.stubs import Said, Scene, reporting, speak


class Answering:
    """Answers of one upstream as it is set up. Times are unix seconds, taken from the journal's entry."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._unit = unit(setting.profile)
        self._hearing = Hearing(setting.profile, directives=setting.directives)
        self._rendering = Rendering(setting, self._hearing, self._unit)
        self._replaying = None if setting.tapes is None else Replaying(setting, setting.tapes, self._heard)

    def speaker(self, scope: Scope) -> Speaker:
        figures = self._setting.profile
        return Speaker(
            seed=scope.seed,
            unit=self._unit,
            per_message=int(figures.per_message.value),
            per_image=int(figures.per_image.value),
        )

    def seen(self, found: bytes, scope: Scope, entry: Entry, attempt: int | None = None) -> Seen:
        """One more arrival of a request that is not heard."""
        return arrival(self._setting.dialect, found, scope, entry, attempt)

    def answer(self, addressed: Addressed, answer: Answer, request: Request, entry: Entry, scope: Scope) -> Planned:
        """The answer as it will be sent. Raises Refusal."""
        if self._replaying is not None:
            replayed = self._replaying.answer(addressed, answer, request, entry, scope)
            if replayed is not None:
                return replayed
        heard = self._heard(addressed, answer, request, entry)
        asks = party(heard, addressed, request.body)
        said = self._canned(scope, asks.scene, entry) if scope.shelf.stubs else None
        asking = Asking(addressed, heard, asks, scope, self._again(heard, scope, entry, addressed.attempt), entry)
        try:
            return self._said(asking, said)
        except Refusal as refused:
            refused.details["seen"] = asking.seen
            raise

    def _said(self, asking: Asking, said: Said | None) -> Planned:
        heard, scope, seen, entry = asking.heard, asking.scope, asking.seen, asking.entry
        aim = aiming.aimed(heard, asking.party.scene, scope, seen, entry)
        fault = aim.fault
        spoken = self._spoken(asking, said, fault)
        cached = self._cached(asking, spoken.generation) if self._setting.profile.quirks.caching else UNCACHED
        entry.tokens.prompt, entry.tokens.reasoning, entry.tokens.completion = spoken.counts
        need = _need(asking, cached)
        grant, levels = self._granted(asking, need, fault)
        given = Given(asking, spoken, cached, need, levels)
        plan = self._plan(given, said, grant.wait, fault)
        if cached.keep and plan.status == 200:
            scope.prefixes.keep(cached.keep, now=entry.arrived, ready=entry.arrived)
        framing = heard.orders.framing or scope.framing
        if fault is not None or not framing.default:
            plan = aiming.put(plan, fault, scope, seen, asking.addressed, framing)
        return Planned(plan, aim, grant, need.input_tokens, given)

    def _plan(self, given: Given, said: Said | None, wait: float, fault: Fault | None) -> Plan:
        """As it is once a fault has struck it."""
        if said is not None and said.error is not None:
            plan = outright.delayed(self._rendering.failed(said.error, given), wait)
        else:
            plan = self._rendering.plan(given, wait)
        if fault is None:
            return plan
        asking = given.asking
        return aiming.struck(plan, fault, asking.addressed.dialect, asking.scope, asking.seen, given.sent())

    # What was asked

    def _heard(self, addressed: Addressed, answer: Answer, request: Request, entry: Entry) -> Heard:
        heard = self._hearing.hear(addressed, answer, request.path, request.body)
        entry.model, entry.stream, entry.canary = heard.prompt.model, heard.prompt.stream, heard.canary
        if heard.orders.expects:
            check(heard.orders.expects, arrived(request, addressed.fields, self._setting.name))
        return heard

    def _again(self, heard: Heard, scope: Scope, entry: Entry, attempt: int | None) -> Seen:
        """As `arrival`, of a request that was heard."""
        found = heard.prompt.fingerprint
        stem = heard.stems.get(scope.seed)
        if stem is None:
            stem = heard.stems[scope.seed] = Stem("request", scope.seed, found)
        entry.attempt = number = scope.attempts.next(found) if attempt is None else attempt
        return Seen(found, number, self._setting.dialect.request_id(stem.stamp(number)))

    @staticmethod
    def _canned(scope: Scope, scene: Scene, entry: Entry) -> Said | None:
        """What a stub says; None where the model speaks for itself."""
        canned = scope.shelf.take(scene)
        if canned is None:
            entry.nearest = scope.shelf.nearest(scene)
            return None
        entry.stub = canned.stub
        return canned.said

    # What is said

    def _spoken(self, asking: Asking, said: Said | None, fault: Fault | None) -> Spoken:
        """The words, from memory unless a fault changes them. Raises Refusal where they do not fit in the context."""
        heard, manner = asking.heard, (asking.scope.seed, 0 if said is None else id(said))
        spoken = heard.spoken.get(manner)
        if spoken is None:
            spoken = heard.spoken[manner] = self._speak(asking, said)
        if fault is None:
            return spoken
        generation = uttered(fault, spoken.generation)
        return spoken if generation is spoken.generation else _words(generation, said, kept=False)

    def _speak(self, asking: Asking, said: Said | None) -> Spoken:
        profile, speaker, scene = self._setting.profile, self.speaker(asking.scope), asking.party.scene
        generation = generate(scene.prompt, speaker) if said is None else speak(said, scene, speaker)
        generation = context.ended(profile, generation)
        context.check(profile, asking.heard.answer, scene.prompt, generation)
        return _words(generation, said)

    def _cached(self, asking: Asking, generation: Generation) -> Cached:
        answer, scope, now = asking.heard.answer, asking.scope, asking.entry.arrived
        if not answer.caches:
            return UNCACHED
        held: Held = lambda digest: scope.prefixes.held(digest, now)  # noqa: E731 - a closure with its type
        return answer.cache(Reading(asking.heard.prompt, generation, self._setting.profile, self.speaker(scope), held))

    # Whether there is room for it

    @staticmethod
    def _granted(asking: Asking, need: Need, fault: Fault | None) -> tuple[Grant, Levels]:
        """Room in the account's quotas, and how they stand. Raises Refusal.

        A fault that strikes who is over a quota does so instead of the refusal.
        """
        dialect, scope, arrived = asking.addressed.dialect, asking.scope, asking.entry.arrived
        account = asking.party.account
        found = scope.quotas.admit(account, need, arrived)
        if isinstance(found, Grant):
            return found, found.levels(dialect.told)
        if fault is None or not fault.when.over_quota:
            raise refusal(dialect, found, account.model, always=scope.terms.retry_after)
        return UNLIMITED, scope.quotas.levels(account, arrived, dialect.told)


def _need(asking: Asking, cached: Cached) -> Need:
    """What is asked of the quotas before it is known what the answer will cost."""
    prompt, addressed = asking.heard.prompt, asking.addressed
    read = asking.entry.tokens.prompt - cached.read
    return Need(read, estimated(prompt.limit, prompt.n), addressed.dialect.patience(addressed.fields))


def _words(generation: Generation, said: Said | None, *, kept: bool = True) -> Spoken:
    """What a stub says of its usage need not be true; `counts` are."""
    return Spoken(
        generation=generation,
        reported=generation if said is None else reporting(generation, said.usage),
        counts=(generation.prompt_tokens, generation.reasoning_tokens, generation.completion_tokens),
        kept=kept,
        holds=said,
    )
