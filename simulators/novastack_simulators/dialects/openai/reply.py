"""From a Generation to OpenAI's own chat completion, plain and streamed, as recorded in late 2025.

Reasoning is hidden: its tokens are counted, and travel with the first chunk that follows them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from novastack_simulators import framing
from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.dialects.identifiers import letters
from novastack_simulators.dialects.openai.encode import FINISHES, PHASES, totals
from novastack_simulators.dialects.openai.scores import Scores, logprobs
from novastack_simulators.generation import Choice, seeded
from novastack_simulators.generation.deltas import Delta, interleaved
from novastack_simulators.plan import Frame, Phase

DONE: Final = Frame("done", 0, framing.data(b"[DONE]"))
# API reference, service_tier: `fast` is shown as `priority`; what `auto` comes to is the project's default.
TIERS: Final[Mapping[str | None, str]] = {None: "default", "auto": "default", "fast": "priority"}
LONGEST: Final = 16
NOISE: Final = 1024
CALLS: Final = 64  # no choice has as many, so each call has an id of its own


def plain(letter: Letter) -> bytes:
    choices = [_whole(letter, choice, index) for index, choice in enumerate(letter.generation.choices)]
    head = envelope(letter, "chatcmpl-", "chat.completion")
    return msgspec.json.encode({**head, "choices": choices, "usage": usage(letter), **_served(letter)})


def envelope(letter: Letter, prefix: str, kind: str) -> dict[str, Any]:
    return {
        "id": prefix + letters(letter.stamp, 29),
        "object": kind,
        "created": letter.created,
        "model": letter.prompt.model,
    }


def _served(letter: Letter) -> dict[str, Any]:
    asked = letter.prompt.wire.service_tier
    return {
        "service_tier": TIERS.get(asked, asked),
        "system_fingerprint": letter.profile.quirks.system_fingerprint,
    }


def usage(letter: Letter) -> dict[str, Any]:
    return {
        **totals(letter.generation),
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": letter.generation.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _whole(letter: Letter, choice: Choice, index: int) -> dict[str, Any]:
    calls = [
        called(letter, index, number, call.name, "".join(call.arguments)) for number, call in enumerate(choice.calls)
    ]
    said = "".join(choice.text) if choice.text or not calls else None
    message = {
        "role": "assistant",
        "content": None if choice.refused else said,
        **({"tool_calls": calls} if calls else {}),
        "refusal": said if choice.refused else None,
        "annotations": [],
    }
    scores = logprobs(letter, index, choice.text)
    return {"index": index, "message": message, "logprobs": scores, "finish_reason": finish(choice)}


def finish(choice: Choice) -> str:
    return choice.reason or FINISHES[choice.finish]


def called(letter: Letter, choice: int, number: int, name: str, arguments: str) -> dict[str, Any]:
    identity = "call_" + letters(letter.stamp, 24, choice * CALLS + number)
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}


def stream(letter: Letter) -> tuple[Frame, ...]:
    return (*hidden(_chunks(letter)), DONE)


def hidden(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The frames without those that carry nothing; their tokens go with the next one."""
    held = 0
    for frame in frames:
        if frame.data:
            yield frame._replace(tokens=frame.tokens + held)
            held = 0
        else:
            held += frame.tokens


def _chunks(letter: Letter) -> Iterator[Frame]:
    choices = letter.generation.choices
    chunk = Chunks(letter)
    for index, choice in enumerate(choices):
        if not _calls_at_once(choice):
            begun = {"content": None, "refusal": ""} if choice.refused else {"content": "", "refusal": None}
            yield chunk("open", index, {"role": "assistant", **begun})
    scores = Scores(letter)
    sizes = (letter.profile.delta_tokens.least, letter.profile.delta_tokens.most)
    for delta in interleaved(choices, sizes, seeded("deltas", letter.stamp)):
        if delta.kind == "reasoning":
            yield Frame("reasoning", delta.tokens, b"")
            continue
        said = _said(letter, delta, choices[delta.choice])
        yield chunk(PHASES[delta.kind], delta.choice, said, tokens=delta.tokens, logprobs=scores.next(delta))
    for index, choice in enumerate(choices):
        yield chunk("finish", index, {}, finish=finish(choice))
    if letter.prompt.include_usage:
        yield chunk.usage()


def _calls_at_once(choice: Choice) -> bool:
    """Whether the first delta is the opening of a call: the role then stands in it."""
    return bool(choice.calls) and not choice.text


def _said(letter: Letter, delta: Delta, choice: Choice) -> dict[str, Any]:
    if delta.kind == "text":
        return {"refusal" if choice.refused else "content": delta.text}
    if delta.kind == "arguments":
        return {"tool_calls": [{"index": delta.call, "function": {"arguments": delta.text}}]}
    opened = [{"index": delta.call, **called(letter, delta.choice, delta.call, delta.text, "")}]
    if delta.call == 0 and _calls_at_once(choice):
        return {"role": "assistant", "content": None, "tool_calls": opened, "refusal": None}
    return {"tool_calls": opened}


class Chunks:
    """Writes the chunks of one stream: all alike but for their choice, and padded unless the caller minds."""

    def __init__(self, letter: Letter) -> None:
        self._letter = letter
        self._head = {**envelope(letter, "chatcmpl-", "chat.completion.chunk"), **_served(letter)}
        self._padding = padding(letter)

    def __call__(
        self,
        phase: Phase,
        index: int,
        delta: dict[str, Any],
        *,
        tokens: int = 0,
        **said: Any,
    ) -> Frame:
        choice = {"index": index, "delta": delta, "logprobs": said.get("logprobs"), "finish_reason": said.get("finish")}
        # API reference, include_usage: all other chunks then also carry usage, but null.
        counted = {"usage": None} if self._letter.prompt.include_usage else {}
        return self._frame(phase, tokens, {"choices": [choice], **counted})

    def usage(self) -> Frame:
        """The last chunk: no choice, and what was used."""
        return self._frame("usage", 0, {"choices": [], "usage": usage(self._letter)})

    def _frame(self, phase: Phase, tokens: int, said: dict[str, Any]) -> Frame:
        body = {**self._head, **said, **next(self._padding)}
        return Frame(phase, tokens, framing.data(msgspec.json.encode(body)))


def padding(letter: Letter) -> Iterator[dict[str, str]]:
    """The field `obfuscation` of each chunk: noise that hides the length of tokens; empty if it is switched off.

    API reference, include_obfuscation: on unless the caller says false (here: unless the profile's quirk does).
    """
    options = letter.prompt.wire.stream_options
    asked = options.include_obfuscation if options else None
    pads = letter.profile.quirks.obfuscation if asked is None else asked
    rng = seeded("padding", letter.stamp)
    # Noise of one stream is cut from one piece: to draw each letter would cost more than all else in a chunk.
    noise = letters(letter.stamp, NOISE, "pad") if pads else ""
    while True:
        start, length = int(rng.random() * (NOISE - LONGEST)), 1 + int(rng.random() * LONGEST)
        yield {"obfuscation": noise[start : start + length]} if pads else {}
