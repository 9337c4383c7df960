"""Where a fault strikes (`at`): the event before which it does, and a plan parted there. Pure.

A phase that does not come in an answer has no place in it, and the fault does not strike.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from pydantic import BeforeValidator

from novastack_simulators.faults.events import envelopes, read
from novastack_simulators.faults.wording import shown
from novastack_simulators.plan import Frame, Phase, Plan

Frames = tuple[Frame, ...]
Named = Literal[
    "queued", "before_headers", "after_headers", "in_reasoning", "first_text", "in_tool_args",
    "before_finish", "before_usage", "before_done",
]  # fmt: skip
Counted = dict[Literal["after_tokens", "at_byte"], int]
LEAST: Final[Mapping[str, int]] = MappingProxyType({"after_tokens": 1, "at_byte": 0})


def _first(frames: Frames, *phases: Phase) -> int | None:
    return next((index for index, frame in enumerate(frames) if frame.phase in phases), None)


def _into(frames: Frames, phase: Phase) -> int | None:
    """After the first piece of that kind, if anything follows it."""
    pieces = (index + 1 for index, frame in enumerate(frames) if frame.phase == phase and frame.tokens)
    return next(pieces, None)


def _usage(frames: Frames) -> int | None:
    """The event that says what was used: one of its own, else the one of the last two kinds that carries it."""
    own = _first(frames, "usage")
    if own is not None:
        return own
    last = (index for index, frame in enumerate(frames) if frame.phase in ("finish", "done") and _counts(frame))
    return next(last, None)


def _counts(frame: Frame) -> bool:
    body = read(frame)
    return isinstance(body, dict) and any(each.get("usage") for each in envelopes(body))


PLACES: Final[Mapping[str, Callable[[Frames], int | None]]] = MappingProxyType({
    "queued": lambda _: 0,
    "before_headers": lambda _: 0,
    "after_headers": lambda _: 0,
    "in_reasoning": lambda frames: _into(frames, "reasoning"),
    "first_text": lambda frames: _first(frames, "text", "arguments"),
    "in_tool_args": lambda frames: _into(frames, "arguments"),
    "before_finish": lambda frames: _first(frames, "finish", "done"),
    "before_usage": _usage,
    "before_done": lambda frames: _first(frames, "done"),
})  # fmt: skip
PHASES: Final = tuple(PLACES)
# Before these nothing has been sent.
UNSENT: Final = ("queued", "before_headers")
# Before these no event has been sent.
BEGINNING: Final = (*UNSENT, "after_headers")


def taking(*words: str) -> BeforeValidator:
    """Says in one sentence what an `at` may be."""
    named = ", ".join(word for word in words if word in PLACES)
    counted = ", ".join(f'{{"{word}": {LEAST[word]} or more}}' for word in words if word in LEAST)
    expected = " or ".join(part for part in (named, counted) if part)

    def readable(given: Any) -> Any:
        if isinstance(given, str) and given in words and given in PLACES:
            return given
        word, number = next(iter(given.items())) if isinstance(given, dict) and len(given) == 1 else (None, None)
        if word in words and word in LEAST and type(number) is int and number >= LEAST[word]:
            return given
        raise ValueError(f"expected {expected}, got {shown(given)}")

    return BeforeValidator(readable)


# Any place; the place of an event; a place from which something can be said otherwise; the whole answer.
At = Annotated[Named | Counted, taking(*PHASES, *LEAST)]
EventAt = Annotated[Named | Counted, taking(*PHASES, "after_tokens")]
WholeAt = Annotated[Named | Counted, taking("before_headers")]


def plain(plan: Plan) -> bool:
    """Whether the answer is one body, not a stream of events."""
    return plan.frames[0].phase == "body"


def is_byte(at: Named | Counted) -> bool:
    """Whether the place is a byte of the body as it is framed."""
    return isinstance(at, dict) and "at_byte" in at


def place(frames: Frames, at: Named | Counted) -> int | None:
    """The index of the event before which a fault strikes; None if its phase never comes.

    A plain answer is one event: every phase is in it.
    """
    if isinstance(at, dict):
        index = _after(frames, at.get("after_tokens", 1))
        return index and (0 if frames[0].phase == "body" else index)
    if frames[0].phase == "body":
        return 0
    index = PLACES[at](frames)
    return None if index is None or index >= len(frames) else index


def _after(frames: Frames, tokens: int) -> int | None:
    """After the event with that token, if anything follows it; in a plain answer anything does, its other half."""
    sent = 0
    for index, frame in enumerate(frames):
        sent += frame.tokens
        if sent >= tokens:
            return index + 1 if index + 1 < len(frames) or frame.phase == "body" else None
    return None


class Parted(NamedTuple):
    """A plan, and the index of its frame that begins where the fault strikes."""

    plan: Plan
    start: int


def parted(plan: Plan, at: Named | Counted) -> Parted | None:
    """The plan with a frame that begins at the phase; None if it never comes.

    A plain answer has one frame: after the headers every phase is the middle of its body.
    """
    if isinstance(at, dict) and "at_byte" in at:
        return _at_byte(plan, at["at_byte"])
    index = place(plan.frames, at)
    if index is None or at in UNSENT:
        return None if index is None else Parted(plan, index)
    if at == "after_headers":
        return headed(plan)
    return split(plan, 0, len(plan.frames[0].data) // 2) if plain(plan) else Parted(plan, index)


def _at_byte(plan: Plan, byte: int) -> Parted | None:
    """Before a byte of the body as it is framed, counted from 0."""
    start = 0
    for index, frame in enumerate(plan.frames):
        if start <= byte < start + len(frame.data):
            whole = byte == start
            return headed(plan) if not byte else Parted(plan, index) if whole else split(plan, index, byte - start)
        start += len(frame.data)
    return None


def headed(plan: Plan) -> Parted:
    """The head by itself, when it would have been sent with the first frame."""
    first = plan.frames[0]
    frames, dues = (Frame(first.phase, 0, b""), *plan.frames), (*plan.dues[:1], *plan.dues)
    return Parted(msgspec.structs.replace(plan, frames=frames, dues=dues), 1)


def split(plan: Plan, index: int, offset: int) -> Parted:
    """One frame in two. Its tokens are sent with the second, but an engine's wait comes before the first."""
    frame = plan.frames[index]
    sent = (frame.tokens, 0) if plan.ticket else (0, frame.tokens)
    halves = (frame._replace(tokens=sent[0], data=frame.data[:offset]),
              frame._replace(tokens=sent[1], data=frame.data[offset:]))  # fmt: skip
    frames = (*plan.frames[:index], *halves, *plan.frames[index + 1 :])
    dues = (*plan.dues[: index + 1], *plan.dues[index:])
    return Parted(msgspec.structs.replace(plan, frames=frames, dues=dues), index + 1)
