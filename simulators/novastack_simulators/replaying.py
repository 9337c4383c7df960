"""Answers by tape: what was recorded is played again, and where nothing was, the model may speak for itself."""

from collections.abc import Callable

from novastack_simulators.addressed import Addressed, Request
from novastack_simulators.aiming import aimed, put, struck
from novastack_simulators.dialects.dialect import Answer, Sent
from novastack_simulators.framing import Framing
from novastack_simulators.generation import stamp
from novastack_simulators.hearing import Heard, party
from novastack_simulators.journal import Entry, Nearest
from novastack_simulators.plan import Plan
from novastack_simulators.refusal import Refusal
from novastack_simulators.scope import Scope
from novastack_simulators.setting import Aimed, Planned, Setting, arrival
from novastack_simulators.tapes import Miss, Tape, Tapes, told

Hear = Callable[[Addressed, Answer, Request, Entry], Heard]


class Replaying:
    """The tapes of one upstream; `hear` reads a request, and raises Refusal."""

    def __init__(self, setting: Setting, tapes: Tapes, hear: Hear) -> None:
        self._setting = setting
        self._tapes = tapes
        self._hear = hear

    def answer(
        self, addressed: Addressed, answer: Answer, request: Request, entry: Entry, scope: Scope
    ) -> Planned | None:
        """The tape of this request; None where the model is to speak for itself. Raises Refusal."""
        reel, known = self._tapes.reel, self._understood(addressed, answer, request, entry)
        found = stamp("tape", reel.fingerprint(request.method, request.path, request.body))
        attempt = addressed.attempt or scope.attempts.next(found)
        tape = reel.find(request.method, request.path, request.body, attempt)
        if isinstance(tape, Miss):
            self._missed(tape, entry)
            return None
        entry.stub = f"tape {tape.name}"
        seen = arrival(self._setting.dialect, found, scope, entry, attempt)
        scene = None if known is None else party(known, addressed, request.body).scene
        aim = aimed(known, scene, scope, seen, entry)
        framing = (known.orders.framing if known else None) or scope.framing
        plan = self._played(tape, aim, framing, entry)
        if aim.fault is not None and plan.frames:
            plan = struck(plan, aim.fault, addressed.dialect, scope, seen, Sent(seen.request_id, entry.arrived))
        return Planned(put(plan, aim.fault, scope, seen, addressed, framing), aim)

    def _played(self, tape: Tape, aim: Aimed, framing: Framing, entry: Entry) -> Plan:
        said, tokens = told(tape), entry.tokens
        tokens.prompt, tokens.reasoning, tokens.completion = said.prompt or 0, said.reasoning, said.completion or 0
        speed = self._setting.speed if self._tapes.speed is None else self._tapes.speed
        # Exact writes are not events: what strikes or dresses events needs them one by one.
        return self._tapes.reel.planned(tape, speed, "chunk" if aim.fault is None and framing.default else "event")

    def _missed(self, miss: Miss, entry: Entry) -> None:
        if miss.nearest is not None:
            entry.nearest = Nearest(miss.nearest, miss.differs)
        if self._tapes.fallback == "refuse":
            raise Refusal("invalid", param="tapes", message=miss.text, code="no_tape")

    def _understood(self, addressed: Addressed, answer: Answer, request: Request, entry: Entry) -> Heard | None:
        """What can be told of a request that need not be one that is simulated."""
        try:
            return self._hear(addressed, answer, request, entry)
        except Refusal as unknown:
            if "expectation" in unknown.details:
                raise
            return None
