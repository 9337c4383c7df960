"""From a Generation to a vLLM (or SGLang) reply or stream."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from novastack_simulators import framing
from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.dialects.openai.encode import FINISHES, PHASES
from novastack_simulators.dialects.openai.scores import Scores, logprobs
from novastack_simulators.dialects.vllm.spelling import SPELLINGS, Said, Spelled, Spelling, counts
from novastack_simulators.generation import Choice, seeded
from novastack_simulators.generation.deltas import Delta, interleaved
from novastack_simulators.plan import Frame, Phase

DONE: Final = framing.data(b"[DONE]")


def _spelling(letter: Letter) -> Spelling:
    return SPELLINGS[letter.profile.quirks.serving]


def _envelope(letter: Letter, kind: str) -> Spelled:
    return {
        "id": _spelling(letter).identity(letter.stamp),
        "object": kind,
        "created": letter.created,
        "model": letter.prompt.model,
    }


def _finish(letter: Letter, choice: Choice) -> str:
    named = choice.finish == "tool_calls" and letter.prompt.choosing.mode == "named"
    return choice.reason or (_spelling(letter).named if named else FINISHES[choice.finish])


def plain(letter: Letter) -> bytes:
    spelling = _spelling(letter)
    choices = [_whole(letter, choice, index) for index, choice in enumerate(letter.generation.choices)]
    # SGLang's model has none of these three.
    between = {"service_tier": None, "system_fingerprint": None} if spelling.first else {}
    body = {**_envelope(letter, "chat.completion"), "choices": choices, **between}
    return msgspec.json.encode({**body, "usage": spelling.usage(letter.generation), **spelling.body})


def _whole(letter: Letter, choice: Choice, index: int) -> Spelled:
    spelling, thinking = _spelling(letter), letter.prompt.thinking
    calls = [
        {
            "id": spelling.call_id(letter.stamp, index * 64 + number),
            "type": "function",
            "function": {"name": call.name, "arguments": "".join(call.arguments)},
        }
        for number, call in enumerate(choice.calls)
    ]
    silent = bool(calls or choice.reasoning)
    said = Said(
        content="".join(choice.text) if choice.text or not silent else None,
        reasoning="".join(choice.reasoning) if thinking.on and thinking.shown else None,
        calls=calls,
    )
    return {
        "index": index,
        "message": spelling.message(said),
        "logprobs": _scores(logprobs(letter, index, choice.text)),
        "finish_reason": _finish(letter, choice),
        **spelling.ended(choice),
    }


def _scores(found: dict[str, Any] | None) -> Spelled | None:
    """vLLM knows no logprobs of a refusal."""
    return found and {"content": found["content"]}


class Stream:
    """One stream being written; it counts what each choice has said, for the usage that stands on every chunk."""

    def __init__(self, letter: Letter) -> None:
        self._letter = letter
        self._spelling = _spelling(letter)
        self._envelope = _envelope(letter, "chat.completion.chunk")
        self._made = [0] * len(letter.generation.choices)
        options = getattr(letter.prompt.wire, "stream_options", None)
        self._continuous = bool(
            letter.prompt.include_usage and options and getattr(options, "continuous_usage_stats", None)
        )

    def frames(self) -> Iterator[Frame]:
        letter, spelling = self._letter, self._spelling
        choices = letter.generation.choices
        for index in range(len(choices)):
            opened = {"index": index, "delta": spelling.opening, "logprobs": None, "finish_reason": None}
            extra = {} if spelling.first else spelling.piece
            yield self._chunk("open", 0, {**opened, **extra}, spelling.first)
        sizes = (letter.profile.delta_tokens.least, letter.profile.delta_tokens.most)
        scores = Scores(letter)
        for delta in interleaved(choices, sizes, seeded("deltas", letter.stamp)):
            yield self._delta(delta, _scores(scores.next(delta)))
        for index, choice in enumerate(choices):
            said = {
                "index": index,
                "delta": spelling.closing,
                "logprobs": None,
                "finish_reason": _finish(letter, choice),
            }
            yield self._chunk("finish", 0, {**said, **spelling.last(choice)})
        if letter.prompt.include_usage:
            yield self._usage()
        yield Frame("done", 0, DONE)

    def _delta(self, delta: Delta, scores: Spelled | None) -> Frame:
        self._made[delta.choice] += delta.tokens
        phase = PHASES[delta.kind]
        if delta.kind == "reasoning" and not self._letter.prompt.thinking.shown:
            return Frame(phase, delta.tokens, b"")
        call_id = self._spelling.call_id(self._letter.stamp, delta.choice * 64 + delta.call)
        said = {
            "index": delta.choice,
            "delta": self._spelling.delta(delta, call_id),
            "logprobs": scores,
            "finish_reason": None,
        }
        return self._chunk(phase, delta.tokens, {**said, **self._spelling.piece})

    def _chunk(self, phase: Phase, tokens: int, choice: Spelled, first: Spelled | None = None) -> Frame:
        made = counts(self._letter.generation.prompt_tokens, self._made[choice["index"]])
        usage = {"usage": made} if self._continuous else {}
        body = {**self._envelope, "choices": [choice], **self._spelling.chunk, **usage, **(first or {})}
        return Frame(phase, tokens, framing.data(msgspec.json.encode(body)))

    def _usage(self) -> Frame:
        made = self._letter.generation
        known = self._spelling.usage(made)
        said = known if self._spelling.chunk else counts(made.prompt_tokens, made.completion_tokens)
        body = {**self._envelope, "choices": [], "usage": said}
        return Frame("usage", 0, framing.data(msgspec.json.encode(body)))


def stream(letter: Letter) -> tuple[Frame, ...]:
    return tuple(Stream(letter).frames())
