"""From a Generation to a Message, or to its events in the order that recorded streams have."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

import msgspec

from novastack_simulators import framing
from novastack_simulators.dialects.anthropic.decode import Heard
from novastack_simulators.dialects.anthropic.seal import sealed
from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.dialects.identifiers import letters
from novastack_simulators.generation import Call, Choice, seeded
from novastack_simulators.generation.deltas import pieces
from novastack_simulators.plan import Frame, Phase

STOPS: Final[Mapping[str, str]] = {
    "stop": "end_turn", "stop_sequence": "stop_sequence", "length": "max_tokens", "tool_calls": "tool_use",
}  # fmt: skip
HOUR: Final = 3600.0
PING: Final = framing.named("ping", b'{"type": "ping"}')


def plain(letter: Letter) -> bytes:
    choice = letter.generation.choices[0]
    body = {
        **_message(letter),
        "content": [_whole(letter, block) for block in _blocks(letter)],
        "stop_reason": _stop(letter, choice),
        "stop_sequence": choice.stopped_by,
        "stop_details": _details(letter),
        "usage": {**_input(letter), **_output(letter), **_where(letter)},
    }
    return msgspec.json.encode(body)


def _message(letter: Letter) -> dict[str, Any]:
    return {
        "model": letter.prompt.model,
        "id": f"msg_01{letters(letter.stamp, 22)}",
        "type": "message",
        "role": "assistant",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "container": None,
    }


def _heard(letter: Letter) -> Heard | None:
    return letter.prompt.wire if isinstance(letter.prompt.wire, Heard) else None


def _stop(letter: Letter, choice: Choice) -> str:
    """Since Claude 4.5 an answer that fills the context ends there (platform.claude.com, handling stop reasons)."""
    generation = letter.generation
    if choice.reason is not None:
        return choice.reason
    if _refused(letter):
        return "refusal"
    full = generation.prompt_tokens + generation.completion_tokens >= letter.profile.context.value
    return "model_context_window_exceeded" if full and choice.finish == "length" else STOPS[choice.finish]


def _details(letter: Letter) -> dict[str, Any] | None:
    """Null unless refused; the documented test string maps to no named category."""
    return {"type": "refusal", "category": None, "explanation": None} if _refused(letter) else None


def _refused(letter: Letter) -> bool:
    """By the documented test string, or in the model's own words if they were not cut short."""
    heard, choice = _heard(letter), letter.generation.choices[0]
    return (heard is not None and heard.refused) or (choice.refused and choice.finish == "stop")


def _where(letter: Letter) -> dict[str, Any]:
    geo = getattr(letter.prompt.wire.body, "inference_geo", None) if _heard(letter) else None
    return {"service_tier": "standard", "inference_geo": geo or "global"}


def _input(letter: Letter) -> dict[str, Any]:
    """The whole prompt is input + cache_creation + cache_read."""
    cached = letter.cached
    hour = cached.written.get(HOUR, 0)
    created = sum(cached.written.values())
    return {
        "input_tokens": letter.generation.prompt_tokens - created - cached.read,
        "cache_creation_input_tokens": created,
        "cache_read_input_tokens": cached.read,
        "cache_creation": {"ephemeral_5m_input_tokens": created - hour, "ephemeral_1h_input_tokens": hour},
        "server_tool_use": None,
    }


def _output(letter: Letter) -> dict[str, Any]:
    return {
        "output_tokens": letter.generation.completion_tokens,
        "output_tokens_details": {"thinking_tokens": letter.generation.reasoning_tokens},
    }


class Block(msgspec.Struct, frozen=True):
    """A content block to be written: its type, its tokens, and the number and name of a tool call."""

    type: str
    tokens: tuple[str, ...]
    number: int = 0
    name: str = ""


def _blocks(letter: Letter) -> Iterator[Block]:
    choice, heard = letter.generation.choices[0], _heard(letter)
    if choice.reasoning:
        redacted = heard is not None and heard.redacted
        yield Block("redacted_thinking" if redacted else "thinking", choice.reasoning)
    if choice.text:
        yield Block("text", choice.text)
    for number, call in enumerate(choice.calls):
        yield _called(number, call)


def _called(number: int, call: Call) -> Block:
    return Block("tool_use", call.arguments, number, call.name)


def _empty(letter: Letter, block: Block) -> dict[str, Any]:
    """A block as content_block_start has it."""
    if block.type == "thinking":
        return {"type": "thinking", "thinking": "", "signature": ""}
    if block.type == "redacted_thinking":
        return {"type": "redacted_thinking", "data": sealed("redacted", letter.prompt.model, "", letter.stamp)}
    if block.type == "text":
        return {"type": "text", "text": "", "citations": None}
    identity = f"toolu_01{letters(letter.stamp, 22, block.number)}"
    return {"type": "tool_use", "id": identity, "name": block.name, "input": {}, "caller": {"type": "direct"}}


def _whole(letter: Letter, block: Block) -> dict[str, Any]:
    said = "".join(block.tokens)
    if block.type == "thinking":
        return {**_empty(letter, block), "thinking": _shown(letter, block), "signature": _signature(letter, block)}
    if block.type == "redacted_thinking":
        return _empty(letter, block)
    if block.type == "text":
        return {**_empty(letter, block), "text": said}
    return {**_empty(letter, block), "input": _object(said)}


def _object(arguments: str) -> Any:
    """The arguments as an object; what max_tokens cut short cannot be read, and becomes an empty one."""
    try:
        return msgspec.json.decode(arguments)
    except msgspec.DecodeError:
        return {}


def _shown(letter: Letter, block: Block) -> str:
    return "".join(block.tokens) if letter.prompt.thinking.shown else ""


def _signature(letter: Letter, block: Block) -> str:
    return sealed("thinking", letter.prompt.model, _shown(letter, block), letter.stamp)


def stream(letter: Letter) -> tuple[Frame, ...]:
    rng = seeded("events", letter.stamp)
    choice = letter.generation.choices[0]
    frames = [_event("open", 0, _start(letter, rng), rng)]
    for index, block in enumerate(_blocks(letter)):
        opened = {"type": "content_block_start", "index": index, "content_block": _empty(letter, block)}
        # A redacted block has no deltas: it comes whole, when its thinking is done.
        whole = block.type == "redacted_thinking"
        frames.append(_event("reasoning" if whole else "open", len(block.tokens) if whole else 0, opened, rng))
        if index == 0:
            frames.append(Frame("open", 0, PING))
        frames.extend(_deltas(letter, block, index, rng))
        frames.append(_event("open", 0, {"type": "content_block_stop", "index": index}, rng))
    delta = {
        "stop_reason": _stop(letter, choice),
        "stop_sequence": choice.stopped_by,
        "stop_details": _details(letter),
        "container": None,
    }
    usage = {**_input(letter), **_output(letter)}
    frames.append(_event("finish", 0, {"type": "message_delta", "delta": delta, "usage": usage}, rng))
    frames.append(_event("done", 0, {"type": "message_stop"}, rng))
    return tuple(frames)


def _start(letter: Letter, rng: Random) -> dict[str, Any]:
    """Recorded streams start with 1 to 7 output tokens; a start never counts more than will be made."""
    early = min(rng.randint(1, 7), letter.generation.completion_tokens)
    usage = {
        **_input(letter),
        "output_tokens": early,
        "output_tokens_details": None,
        **_where(letter),
    }
    return {"type": "message_start", "message": {**_message(letter), "usage": usage}}


def _deltas(letter: Letter, block: Block, index: int, rng: Random) -> Iterator[Frame]:
    if block.type == "redacted_thinking":
        return
    if block.type == "thinking":
        yield from _thoughts(letter, block, index, rng)
        return
    kind, key, phase = DELTAS[block.type]
    if block.type == "tool_use":  # the first partial_json is always empty
        yield _event("arguments", 0, _delta(index, kind, key, ""), rng)
    for piece in _pieces(letter, block, rng):
        yield _event(phase, len(piece), _delta(index, kind, key, "".join(piece)), rng)


DELTAS: Final[Mapping[str, tuple[str, str, Phase]]] = {
    "text": ("text_delta", "text", "text"),
    "tool_use": ("input_json_delta", "partial_json", "arguments"),
}


def _thoughts(letter: Letter, block: Block, index: int, rng: Random) -> Iterator[Frame]:
    """Thinking that is not shown takes its time all the same; then comes the signature, just before the stop."""
    shown = letter.prompt.thinking.shown
    for piece in _pieces(letter, block, rng) if shown else ():
        yield _event("reasoning", len(piece), _delta(index, "thinking_delta", "thinking", "".join(piece)), rng)
    silent = 0 if shown else len(block.tokens)
    yield _event("reasoning", silent, _delta(index, "signature_delta", "signature", _signature(letter, block)), rng)


def _pieces(letter: Letter, block: Block, rng: Random) -> Iterator[Any]:
    sizes = (letter.profile.delta_tokens.least, letter.profile.delta_tokens.most)
    return pieces(block.tokens, sizes, rng)


def _delta(index: int, kind: str, key: str, said: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, key: said}}


def _event(phase: Phase, tokens: int, body: Mapping[str, Any], rng: Random) -> Frame:
    """Real events carry random whitespace before the final brace, which masks their length."""
    text = msgspec.json.encode(body)
    padded = text[:-1] + b" " * rng.randrange(16) + b"}"
    return Frame(phase, tokens, framing.named(str(body["type"]), padded))
