"""From a Generation to a Message, or to its events in the order that recorded streams have."""

import base64
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

import msgspec

from novastack_simulators import framing
from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.dialects.identifiers import letters
from novastack_simulators.generation import Call, Choice, seeded, stamp
from novastack_simulators.generation.deltas import pieces
from novastack_simulators.plan import Frame, Phase

STOPS: Final[Mapping[str, str]] = {
    "stop": "end_turn", "stop_sequence": "stop_sequence", "length": "max_tokens", "tool_calls": "tool_use",
}  # fmt: skip
PING: Final = framing.named("ping", b'{"type": "ping"}')


def plain(letter: Letter) -> bytes:
    choice = letter.generation.choices[0]
    body = {
        **_message(letter),
        "content": [_whole(letter, block) for block in _blocks(choice)],
        "stop_reason": STOPS[choice.finish],
        "stop_sequence": choice.stopped_by,
        "usage": {**_input(letter), **_output(letter), "service_tier": "standard", "inference_geo": "global"},
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


def _input(letter: Letter) -> dict[str, Any]:
    return {
        "input_tokens": letter.generation.prompt_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
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


def _blocks(choice: Choice) -> Iterator[Block]:
    if choice.reasoning:
        yield Block("thinking", choice.reasoning)
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
    if block.type == "text":
        return {"type": "text", "text": "", "citations": None}
    identity = f"toolu_01{letters(letter.stamp, 22, block.number)}"
    return {"type": "tool_use", "id": identity, "name": block.name, "input": {}, "caller": {"type": "direct"}}


def _whole(letter: Letter, block: Block) -> dict[str, Any]:
    said = "".join(block.tokens)
    if block.type == "thinking":
        shown = said if letter.prompt.thinking.shown else ""
        return {**_empty(letter, block), "thinking": shown, "signature": _signature(letter)}
    if block.type == "text":
        return {**_empty(letter, block), "text": said}
    return {**_empty(letter, block), "input": _object(said)}


def _object(arguments: str) -> Any:
    """The arguments as an object; what max_tokens cut short cannot be read, and becomes an empty one."""
    try:
        return msgspec.json.decode(arguments)
    except msgspec.DecodeError:
        return {}


def _signature(letter: Letter) -> str:
    seal = b"".join(stamp("signature", letter.stamp, part) for part in range(6))
    return base64.b64encode(b"\x12\xb0\x02" + seal).decode()


def stream(letter: Letter) -> tuple[Frame, ...]:
    rng = seeded("events", letter.stamp)
    choice = letter.generation.choices[0]
    frames = [_event("open", 0, _start(letter, rng), rng)]
    for index, block in enumerate(_blocks(choice)):
        opened = {"type": "content_block_start", "index": index, "content_block": _empty(letter, block)}
        frames.append(_event("open", 0, opened, rng))
        if index == 0:
            frames.append(Frame("open", 0, PING))
        frames.extend(_deltas(letter, block, index, rng))
        frames.append(_event("open", 0, {"type": "content_block_stop", "index": index}, rng))
    delta = {
        "stop_reason": STOPS[choice.finish],
        "stop_sequence": choice.stopped_by,
        "stop_details": None,
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
        "service_tier": "standard",
        "inference_geo": "global",
    }
    return {"type": "message_start", "message": {**_message(letter), "usage": usage}}


def _deltas(letter: Letter, block: Block, index: int, rng: Random) -> Iterator[Frame]:
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
    yield _event("reasoning", silent, _delta(index, "signature_delta", "signature", _signature(letter)), rng)


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
