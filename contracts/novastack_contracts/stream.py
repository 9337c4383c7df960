"""What a chat stream said, and every place where it said it out of order: pure, one table of states per choice.

    START → (role) → OPEN → (reasoning) → REASONING → (content, tools) → ANSWER → (finish) → FINISHED

A chunk's parts are taken in the order role, reasoning, content, tools, finish: so a finish that comes together with the
last content is in order (legal in compat), and one that comes before it is not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, Final

import msgspec

from novastack_contracts import sse

DONE: Final = b"[DONE]"


class State(Enum):
    """How far a choice has come."""

    START = auto()
    OPEN = auto()
    REASONING = auto()
    ANSWER = auto()
    FINISHED = auto()


class Part(Enum):
    """What a chunk can add to a choice."""

    ROLE = auto()
    REASONING = auto()
    CONTENT = auto()
    TOOLS = auto()
    FINISH = auto()


class Slip(Enum):
    """A part that came when it should not."""

    NO_ROLE = "the first delta has no role"
    ROLE_AGAIN = "the role is repeated"
    ROLE_WRONG = "the role is not `assistant`"
    REASONING_LATE = "reasoning comes after the answer began"
    AFTER_FINISH = "a delta comes after finish_reason"
    FINISH_AGAIN = "a second finish_reason"


_ORDER: Final[Mapping[tuple[State, Part], tuple[State, Slip | None]]] = MappingProxyType(
    {
        (State.START, Part.ROLE): (State.OPEN, None),
        (State.START, Part.REASONING): (State.REASONING, Slip.NO_ROLE),
        (State.START, Part.CONTENT): (State.ANSWER, Slip.NO_ROLE),
        (State.START, Part.TOOLS): (State.ANSWER, Slip.NO_ROLE),
        (State.START, Part.FINISH): (State.FINISHED, Slip.NO_ROLE),
        (State.OPEN, Part.ROLE): (State.OPEN, Slip.ROLE_AGAIN),
        (State.OPEN, Part.REASONING): (State.REASONING, None),
        (State.OPEN, Part.CONTENT): (State.ANSWER, None),
        (State.OPEN, Part.TOOLS): (State.ANSWER, None),
        (State.OPEN, Part.FINISH): (State.FINISHED, None),
        (State.REASONING, Part.ROLE): (State.REASONING, Slip.ROLE_AGAIN),
        (State.REASONING, Part.REASONING): (State.REASONING, None),
        (State.REASONING, Part.CONTENT): (State.ANSWER, None),
        (State.REASONING, Part.TOOLS): (State.ANSWER, None),
        (State.REASONING, Part.FINISH): (State.FINISHED, None),
        (State.ANSWER, Part.ROLE): (State.ANSWER, Slip.ROLE_AGAIN),
        (State.ANSWER, Part.REASONING): (State.ANSWER, Slip.REASONING_LATE),
        (State.ANSWER, Part.CONTENT): (State.ANSWER, None),
        (State.ANSWER, Part.TOOLS): (State.ANSWER, None),
        (State.ANSWER, Part.FINISH): (State.FINISHED, None),
        (State.FINISHED, Part.ROLE): (State.FINISHED, Slip.AFTER_FINISH),
        (State.FINISHED, Part.REASONING): (State.FINISHED, Slip.AFTER_FINISH),
        (State.FINISHED, Part.CONTENT): (State.FINISHED, Slip.AFTER_FINISH),
        (State.FINISHED, Part.TOOLS): (State.FINISHED, Slip.AFTER_FINISH),
        (State.FINISHED, Part.FINISH): (State.FINISHED, Slip.FINISH_AGAIN),
    }
)


@dataclass(frozen=True, slots=True)
class Payload:
    """One dispatched event that is not `[DONE]`: its JSON object, or None when the data is anything else."""

    event: sse.Event
    value: Mapping[str, Any] | None

    @property
    def choices(self) -> list[Mapping[str, Any]]:
        """The choices that are objects; whatever else stands there is the wire model's business."""
        return objects(self.value, "choices")


@dataclass(frozen=True, slots=True)
class Slipped:
    """A slip, where it happened, and in which choice."""

    slip: Slip
    choice: int
    event: sse.Event


@dataclass(slots=True)
class Voice:
    """One choice as it grew: its state, text, reasoning, reasons to finish, and pieces of calls in order."""

    state: State = State.START
    content: str = ""
    reasoning: str = ""
    finishes: list[str] = field(default_factory=list)
    pieces: list[tuple[sse.Event, Mapping[str, Any]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything that the stream said."""

    payloads: tuple[Payload, ...]
    chunks: tuple[Payload, ...]
    """The payloads that are JSON objects."""
    hollow: tuple[sse.Event, ...]
    terminators: tuple[sse.Event, ...]
    trailing: tuple[sse.Event, ...]
    strays: tuple[sse.Stray, ...]
    unfinished: int | None
    voices: Mapping[int, Voice]
    slips: tuple[Slipped, ...]


def read(body: bytes) -> Transcript:
    """Read a whole stream, past `[DONE]` to its end."""
    reader = sse.Reader()
    events = reader.feed(body)
    tail, unfinished = reader.close()
    events += tail
    hollow = tuple(event for event in events if event.hollow)
    spoken = [event for event in events if not event.hollow]
    payloads = tuple(_payload(event) for event in spoken if event.data != DONE)
    terminators = tuple(event for event in spoken if event.data == DONE)
    trailing = tuple(event for event in spoken if terminators and event.offset > terminators[0].offset)
    voices: dict[int, Voice] = {}
    slips = tuple(slip for payload in payloads for slip in _follow(payload, voices))
    chunks = tuple(payload for payload in payloads if payload.value is not None)
    return Transcript(payloads, chunks, hollow, terminators, trailing, tuple(reader.strays), unfinished, voices, slips)


def objects(holder: Mapping[str, Any] | None, key: str) -> list[Mapping[str, Any]]:
    """The objects of the list under `key`, or nothing when there is no such list."""
    items = holder.get(key) if holder is not None else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _payload(event: sse.Event) -> Payload:
    try:
        value = msgspec.json.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = None
    return Payload(event, value if isinstance(value, dict) else None)


def _follow(payload: Payload, voices: dict[int, Voice]) -> Iterator[Slipped]:
    for choice in payload.choices:
        index = choice.get("index")
        if type(index) is not int:
            continue
        voice = voices.setdefault(index, Voice())
        for part in _parts(choice):
            voice.state, slip = _ORDER[voice.state, part]
            if slip is not None:
                yield Slipped(slip, index, payload.event)
        if _delta(choice).get("role") not in ("assistant", None):
            yield Slipped(Slip.ROLE_WRONG, index, payload.event)
        _grow(voice, choice, payload.event)


def _parts(choice: Mapping[str, Any]) -> Iterator[Part]:
    delta = _delta(choice)
    if delta.get("role") is not None:
        yield Part.ROLE
    if reasoning_of(delta):
        yield Part.REASONING
    if delta.get("content") or delta.get("refusal"):
        yield Part.CONTENT
    if delta.get("tool_calls"):
        yield Part.TOOLS
    if choice.get("finish_reason") is not None:
        yield Part.FINISH


def _grow(voice: Voice, choice: Mapping[str, Any], event: sse.Event) -> None:
    delta = _delta(choice)
    content = delta.get("content")
    voice.content += content if isinstance(content, str) else ""
    voice.reasoning += reasoning_of(delta)
    voice.pieces += [(event, piece) for piece in objects(delta, "tool_calls")]
    if choice.get("finish_reason") is not None:
        voice.finishes.append(str(choice["finish_reason"]))


def _delta(choice: Mapping[str, Any]) -> Mapping[str, Any]:
    delta = choice.get("delta")
    return delta if isinstance(delta, dict) else {}


def reasoning_of(delta: Mapping[str, Any]) -> str:
    """The reasoning of a delta or message: `reasoning_content` (DeepSeek, DashScope, SGLang) or `reasoning` (vLLM)."""
    for key in ("reasoning_content", "reasoning"):
        if isinstance(delta.get(key), str) and delta[key]:
            return str(delta[key])
    return ""
