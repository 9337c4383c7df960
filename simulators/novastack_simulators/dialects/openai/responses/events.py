"""A streamed response: every event has its `sequence_number`, and an `event:` line that equals its type.

Order (API reference, streaming events): created, in_progress, then for each item its own events between
output_item.added and output_item.done, at last completed or incomplete. There is no [DONE].
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any, Final

import msgspec

from novastack_simulators import framing
from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.dialects.openai.reply import hidden, padding
from novastack_simulators.dialects.openai.responses.items import Item, finished, items, part, response, written
from novastack_simulators.dialects.openai.scores import logprobs
from novastack_simulators.generation import seeded
from novastack_simulators.generation.deltas import pieces
from novastack_simulators.plan import Frame, Phase


def stream(letter: Letter) -> tuple[Frame, ...]:
    return tuple(hidden(_events(letter)))


def _events(letter: Letter) -> Iterator[Frame]:
    events = Events(letter)
    yield events("open", "created", response=response(letter, "in_progress"))
    yield events("open", "in_progress", response=response(letter, "in_progress"))
    found = list(items(letter))
    for item in found:
        closing: Phase = "finish" if item.place == len(found) - 1 else "open"
        yield from STREAMS[item.kind](letter, item, events, closing)
    whole = finished(letter)
    yield events("done", whole["status"], response=whole)


class Events:
    """Numbers the events of one stream and pads its deltas."""

    def __init__(self, letter: Letter) -> None:
        self._numbers = count()
        self._padding = padding(letter)

    def __call__(self, phase: Phase, event: str, tokens: int = 0, /, **said: Any) -> Frame:
        kind = f"response.{event}"
        body = {"type": kind, "sequence_number": next(self._numbers), **said}
        pad = next(self._padding) if event.endswith(".delta") else {}
        return Frame(phase, tokens, framing.named(kind, msgspec.json.encode({**body, **pad})))


def _pieces(letter: Letter, item: Item) -> Iterator[tuple[str, ...]]:
    sizes = (letter.profile.delta_tokens.least, letter.profile.delta_tokens.most)
    return (tuple(piece) for piece in pieces(item.tokens, sizes, seeded("deltas", letter.stamp, item.place)))


def _reasoning(letter: Letter, item: Item, events: Events, closing: Phase) -> Iterator[Frame]:
    """Hidden but for a summary, if one was asked for: its tokens pass without a word."""
    place: dict[str, Any] = {"item_id": item.id, "output_index": item.place, "summary_index": 0}
    opened = {"id": item.id, "type": "reasoning", "summary": []}
    yield events("open", "output_item.added", output_index=item.place, item=opened)
    shown = bool(letter.prompt.wire.summarised and item.tokens)
    if shown:
        yield events("open", "reasoning_summary_part.added", **place, part={"type": "summary_text", "text": ""})
    for piece in _pieces(letter, item):
        if shown:
            said = "".join(piece)
            yield events("reasoning", "reasoning_summary_text.delta", len(piece), **place, delta=said)
        else:
            yield Frame("reasoning", len(piece), b"")
    if shown:
        yield events(closing, "reasoning_summary_text.done", **place, text=item.text)
        done = {"type": "summary_text", "text": item.text}
        yield events(closing, "reasoning_summary_part.done", **place, part=done)
    yield events(closing, "output_item.done", output_index=item.place, item=written(letter, item))


def _message(letter: Letter, item: Item, events: Events, closing: Phase) -> Iterator[Frame]:
    place: dict[str, Any] = {"item_id": item.id, "output_index": item.place, "content_index": 0}
    opened = {"id": item.id, "type": "message", "status": "in_progress", "content": [], "role": "assistant"}
    yield events("open", "output_item.added", output_index=item.place, item=opened)
    nothing = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
    yield events("open", "content_part.added", **place, part=nothing)
    start = 0
    for piece in _pieces(letter, item):
        scores = logprobs(letter, 0, piece, start)
        said = {"delta": "".join(piece), "logprobs": scores["content"] if scores else []}
        yield events("text", "output_text.delta", len(piece), **place, **said)
        start += len(piece)
    whole = part(letter, item)
    yield events(closing, "output_text.done", **place, text=item.text, logprobs=whole["logprobs"])
    yield events(closing, "content_part.done", **place, part=whole)
    yield events(closing, "output_item.done", output_index=item.place, item=written(letter, item))


def _refusal(letter: Letter, item: Item, events: Events, closing: Phase) -> Iterator[Frame]:
    place: dict[str, Any] = {"item_id": item.id, "output_index": item.place, "content_index": 0}
    opened = {"id": item.id, "type": "message", "status": "in_progress", "content": [], "role": "assistant"}
    yield events("open", "output_item.added", output_index=item.place, item=opened)
    yield events("open", "content_part.added", **place, part={"type": "refusal", "refusal": ""})
    for piece in _pieces(letter, item):
        yield events("text", "refusal.delta", len(piece), **place, delta="".join(piece))
    yield events(closing, "refusal.done", **place, refusal=item.text)
    yield events(closing, "content_part.done", **place, part=part(letter, item))
    yield events(closing, "output_item.done", output_index=item.place, item=written(letter, item))


def _call(letter: Letter, item: Item, events: Events, closing: Phase) -> Iterator[Frame]:
    place: dict[str, Any] = {"item_id": item.id, "output_index": item.place}
    opened = {**written(letter, item), "status": "in_progress", "arguments": ""}
    yield events("open", "output_item.added", output_index=item.place, item=opened)
    for piece in _pieces(letter, item):
        said = "".join(piece)
        yield events("arguments", "function_call_arguments.delta", len(piece), **place, delta=said)
    yield events(closing, "function_call_arguments.done", **place, arguments=item.text, name=item.name)
    yield events(closing, "output_item.done", output_index=item.place, item=written(letter, item))


STREAMS: Final[Mapping[str, Callable[[Letter, Item, Events, Phase], Iterator[Frame]]]] = {
    "reasoning": _reasoning,
    "message": _message,
    "refusal": _refusal,
    "function_call": _call,
}
