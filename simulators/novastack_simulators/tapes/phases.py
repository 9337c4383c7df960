"""What each event of a recorded stream carries, in the phases by which faults are addressed. Pure.

It is read from the events themselves, whichever provider wrote them: chat chunks and legacy completions by their
choices, Claude's events and those of OpenAI's Responses by their `type`.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

import msgspec

from novastack_simulators.plan import Phase
from novastack_simulators.tapes.events import Event

# `closing` is a phase until it is known whether more is said after it.
Found = Phase | Literal["closing"]
DONE: Final = b"[DONE]"

# Anthropic: platform.claude.com, streaming messages; OpenAI: API reference, streaming events of responses.
TYPES: Final[Mapping[str, Found]] = MappingProxyType({
    "message_delta": "finish", "message_stop": "done", "error": "error",
    "response.completed": "done", "response.incomplete": "done", "response.failed": "done",
    "response.output_text.delta": "text", "response.refusal.delta": "text",
    "response.reasoning_text.delta": "reasoning", "response.reasoning_summary_text.delta": "reasoning",
    "response.function_call_arguments.delta": "arguments", "response.custom_tool_call_input.delta": "arguments",
})  # fmt: skip
DELTAS: Final[Mapping[str, Phase]] = MappingProxyType({
    "text_delta": "text", "input_json_delta": "arguments", "thinking_delta": "reasoning",
    "signature_delta": "reasoning",
})  # fmt: skip
# Which field of a chat's delta, or of a legacy choice, says what; the first that is not empty decides.
SAID: Final[tuple[tuple[str, Phase], ...]] = (
    ("tool_calls", "arguments"), ("function_call", "arguments"), ("content", "text"), ("refusal", "text"),
    ("text", "text"), ("reasoning_content", "reasoning"), ("reasoning", "reasoning"),
)  # fmt: skip
TEXTS: Final = ("content", "refusal", "text", "reasoning_content", "reasoning", "thinking", "partial_json")
SPEECH: Final = ("reasoning", "text", "arguments")


class Carried(NamedTuple):
    """The phase of an event, and how many characters of the answer are in it."""

    phase: Phase
    size: int


def carried(blocks: Iterable[Event]) -> tuple[Carried, ...]:
    """One for each event. What closes after the last words were said belongs to the finish."""
    found = [(_found(block, body), _size(body)) for block in blocks for body in (read(block),)]
    last = max((index for index, (phase, _) in enumerate(found) if phase in SPEECH), default=len(found))
    return tuple(Carried(_settled(phase, index > last), size) for index, (phase, size) in enumerate(found))


def _settled(found: Found, after: bool) -> Phase:
    if found == "closing":
        return "finish" if after else "open"
    return found


def read(block: Event) -> dict[str, Any]:
    """The object in an event's data; an empty one if there is none."""
    try:
        body = msgspec.json.decode(block.data or b"")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _found(block: Event, body: dict[str, Any]) -> Found:
    if block.data == DONE:
        return "done"
    kind = body.get("type")
    if block.name == "error" or kind == "error" or body.get("error"):
        return "error"
    return _typed(kind, body) if isinstance(kind, str) else _chunk(body)


def _typed(kind: str, body: dict[str, Any]) -> Found:
    if kind == "content_block_delta":
        return DELTAS.get(str(member(body, "delta").get("type")), "open")
    if kind == "content_block_start":
        # A redacted block has no deltas: it comes whole.
        return "reasoning" if member(body, "content_block").get("type") == "redacted_thinking" else "open"
    return TYPES.get(kind, "closing" if kind.startswith("response.") and kind.endswith(".done") else "open")


def _chunk(body: dict[str, Any]) -> Found:
    found = choices(body)
    if not found:
        return "usage" if body.get("usage") else "open"
    if any(choice.get("finish_reason") for choice in found):
        return "finish"
    return next((phase for said in map(_delta, found) for name, phase in SAID if said.get(name)), "open")


def _delta(choice: dict[str, Any]) -> dict[str, Any]:
    """What is said in a choice: of a chat its delta, of a legacy completion itself."""
    return member(choice, "delta") or choice


def _size(body: dict[str, Any]) -> int:
    delta = body.get("delta")
    if isinstance(delta, str):  # of a Responses event
        return len(delta)
    return sum(map(_length, map(_delta, choices(body)))) + _length(member(body, "delta"))


def _length(said: dict[str, Any]) -> int:
    calls = [member(call, "function") for call in objects(said.get("tool_calls"))]
    made = [call.get(name) for call in (*calls, member(said, "function_call")) for name in ("name", "arguments")]
    return sum(len(text) for text in (*map(said.get, TEXTS), *made) if isinstance(text, str))


def choices(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The choices of a chunk or a completion."""
    return objects(body.get("choices"))


def member(body: dict[str, Any], name: str) -> dict[str, Any]:
    """An object in an object; an empty one if there is none."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def objects(found: Any) -> list[dict[str, Any]]:
    """The objects in a list; none if it is no list."""
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
