"""From what is said to a plan: the bytes, when they are due, and the head. Nothing is sent here.

What is the same whenever a request is repeated is remembered with it; what is left to do is what differs.
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

from novastack_simulators import outright
from novastack_simulators.blocks import blocks
from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.generation import stamp
from novastack_simulators.generation.tokens import Unit
from novastack_simulators.hearing import UNCACHED, Hearing, Written
from novastack_simulators.outright import JSON
from novastack_simulators.plan import Frame, Plan, Queue, Ticket, Work
from novastack_simulators.prefixes import Cached
from novastack_simulators.profile import EngineTempo
from novastack_simulators.setting import Given, Setting
from novastack_simulators.stubs import Error, filled
from novastack_simulators.tempo import pulse, schedule

EVENTS: Final = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"))
LENGTHS: Final[Mapping[str | int, int]] = MappingProxyType({"today": 86_400, "now": 1})
UNQUEUED: Final = Queue()


class Rendering:
    """Plans of one upstream as it is set up."""

    def __init__(self, setting: Setting, hearing: Hearing, unit: Unit) -> None:
        self._setting = setting
        self._hearing = hearing
        self._unit = unit
        self._tempo = setting.profile.tempo
        self._measured = bool(setting.dialect.buckets)

    def failed(self, error: Error, given: Given) -> Plan:
        """A stub's error, in the provider's shape."""
        dialect = given.asking.addressed.dialect
        row = dialect.failure(error.status, error.code)
        shape = row._replace(type=error.type or row.type)
        text = row.text if error.message is None else filled(error.message, given.asking.party.scene)
        return outright.retried(outright.error(dialect, shape, text, given.sent()), error.retry_after)

    def plan(self, given: Given, wait: float) -> Plan:
        """The answer, begun after `wait` seconds."""
        stream, frames = given.asking.heard.prompt.stream, self._frames(given)
        dues, ticket = self._due(frames, given)
        headers = given.asking.addressed.dialect.headers(given.sent(wait + dues[0]))
        plan = Plan(
            status=200,
            headers=(*EVENTS, *headers) if stream else outright.sized(JSON, headers, frames[0].data),
            frames=frames,
            dues=dues,
            ticket=ticket,
            work=self._work(given) if self._measured else None,
            queue=UNQUEUED if self._setting.profile.queueing is None else self._queue(given),
        )
        return outright.delayed(plan, wait) if wait else plan

    # What is written

    def _frames(self, given: Given) -> tuple[Frame, ...]:
        created, cached = self._created(given.asking.entry.arrived), given.cached
        written: Written = (created, 0, ()) if cached is UNCACHED else _written(created, cached)
        frames = given.spoken.frames.get(written)
        if frames is None:
            frames = self._write(given, created)
            self._hearing.keep(given.asking.heard, given.spoken, written, frames)
        return frames

    def _created(self, arrived: float) -> int:
        rule = self._setting.created
        return rule if isinstance(rule, int) else int(period(rule, arrived)[0])

    def _write(self, given: Given, created: int) -> tuple[Frame, ...]:
        asking, spoken, heard = given.asking, given.spoken, given.asking.heard
        letter = Letter(
            prompt=heard.prompt,
            generation=spoken.reported,
            profile=self._setting.profile,
            stamp=stamp("body", asking.scope.seed, asking.seen.fingerprint),
            created=created,
            cached=given.cached,
        )
        if heard.prompt.stream:
            return heard.answer.stream(letter)
        return (Frame("body", spoken.generation.completion_tokens, heard.answer.plain(letter)),)

    # When it is due

    def _due(self, frames: tuple[Frame, ...], given: Given) -> tuple[Sequence[float], Ticket | None]:
        """When the frames are due after the arrival; or, where an engine makes them, what it has to make."""
        tempo, spoken = self._tempo, given.spoken
        if isinstance(tempo, EngineTempo):
            made = tuple(choice.tokens for choice in spoken.generation.choices)
            return (0.0,) * len(frames), Ticket(spoken.generation.prompt_tokens, made, self._blocks(given, tempo))
        if spoken.dues is not None:
            return spoken.dues, None
        rng = given.asking.seeded("tempo")
        read, lanes = spoken.generation.prompt_tokens - given.cached.read, max(given.asking.heard.prompt.n, 1)
        dues = schedule(frames, tempo, rng, lanes=lanes, speed=self._setting.speed, prompt_tokens=read)
        spoken.dues = dues if tempo.fixed else None
        return dues, None

    def _blocks(self, given: Given, tempo: EngineTempo) -> tuple[bytes, ...]:
        heard = given.asking.heard
        if heard.blocks is None:
            size = int(tempo.block_size.value)
            heard.blocks = blocks(heard.prompt, self._unit, size, given.spoken.generation.prompt_tokens // size)
        return heard.blocks

    def _queue(self, given: Given) -> Queue:
        queueing, speed = self._setting.profile.queueing, self._setting.speed
        assert queueing is not None
        stream, plain = given.asking.addressed.dialect.waiting
        sign = stream if given.asking.heard.prompt.stream else plain
        return Queue(sign, queueing.beat.value / speed, queueing.patience.value / speed)

    def _work(self, given: Given) -> Work:
        """What is measured; the times of an answer that is not streamed are drawn again, from the same seed."""
        prompt, generation, tempo = given.asking.heard.prompt, given.spoken.reported, self._tempo
        dues: tuple[float, ...] = ()
        if not prompt.stream and not isinstance(tempo, EngineTempo):
            rng, lanes, speed = given.asking.seeded("tempo"), max(prompt.n, 1), self._setting.speed
            made, read = generation.completion_tokens, given.spoken.generation.prompt_tokens - given.cached.read
            dues = tuple(pulse(made, tempo, rng, lanes=lanes, speed=speed, prompt_tokens=read))
        finishes = tuple(choice.finish for choice in generation.choices)
        return Work(generation.prompt_tokens, finishes, prompt.limit, dues)


def period(rule: Literal["today", "now"] | int, now: float) -> tuple[float, float]:
    """From when until when answers tell the same time."""
    length = LENGTHS.get(rule)
    start = 0.0 if length is None else now - now % length
    return start, math.inf if length is None else start + length


def _written(created: int, cached: Cached) -> Written:
    return created, cached.read, tuple(sorted(cached.written.items()))
