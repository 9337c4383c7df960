"""From a Generation to an OpenAI-like reply or stream. What a provider says differently is in its Writer."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec

from novastack_simulators import framing
from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.dialects.openai.scores import Scores, logprobs
from novastack_simulators.generation import Choice, Generation, seeded
from novastack_simulators.generation.deltas import Delta, interleaved
from novastack_simulators.plan import Frame, Phase

FINISHES: Final[Mapping[str, str]] = MappingProxyType(
    {"stop": "stop", "stop_sequence": "stop", "length": "length", "tool_calls": "tool_calls"}
)
PHASES: Final[Mapping[str, Phase]] = MappingProxyType(
    {"reasoning": "reasoning", "text": "text", "call": "arguments", "arguments": "arguments"}
)


class Writer(NamedTuple):
    """One provider's spelling. Functions that return a delta or message get what is said and whether it thinks.

    `envelope(letter, object)` has id, created, model and whatever stands beside `choices`; `order` is the key order.
    `usage_at(letter)` says on which chunks usage stands: finish, trailing.
    """

    envelope: Callable[[Letter, str], dict[str, Any]]
    order: tuple[str, ...]
    call_id: Callable[[bytes, int], str]
    usage: Callable[[Letter], dict[str, Any]]
    usage_at: Callable[[Letter], tuple[str, ...]]
    opening: Callable[[bool], dict[str, Any]]
    reasoning: Callable[[str], dict[str, Any]]
    text: Callable[[str, bool], dict[str, Any]]
    closing: Callable[[bool], dict[str, Any]]
    message: Callable[[str | None, str | None], dict[str, Any]]
    choice: tuple[str, ...]

    def plain(self, letter: Letter) -> bytes:
        choices = [self._whole(letter, choice, index) for index, choice in enumerate(letter.generation.choices)]
        body = {**self.envelope(letter, "chat.completion"), "choices": choices, "usage": self.usage(letter)}
        return msgspec.json.encode({key: body[key] for key in self.order})

    def _whole(self, letter: Letter, choice: Choice, index: int) -> dict[str, Any]:
        calls = [
            _call(self.call_id(letter.stamp, index * 64 + number), call.name, "".join(call.arguments))
            for number, call in enumerate(choice.calls)
        ]
        text = "".join(choice.text) if choice.text or not calls else None
        reasoning = "".join(choice.reasoning) if letter.prompt.thinking.on else None
        message = {**self.message(text, reasoning), **({"tool_calls": calls} if calls else {})}
        return self._choice(
            index,
            choice.reason or FINISHES[choice.finish],
            message=message,
            logprobs=logprobs(letter, index, choice.text),
        )

    def _choice(self, index: int, finish: str | None, **said: Any) -> dict[str, Any]:
        fields = {"index": index, "logprobs": None, "finish_reason": finish, **said}
        return {key: fields[key] for key in self.choice if key in fields}

    def stream(self, letter: Letter) -> tuple[Frame, ...]:
        return (*self._chunks(letter), Frame("done", 0, framing.data(b"[DONE]")))

    def _chunks(self, letter: Letter) -> Iterator[Frame]:
        choices, thinks = letter.generation.choices, letter.prompt.thinking.on
        for index in range(len(choices)):
            yield self._chunk(letter, "open", 0, [self._choice(index, None, delta=self.opening(thinks))])
        sizes = (letter.profile.delta_tokens.least, letter.profile.delta_tokens.most)
        scores = Scores(letter)
        for delta in interleaved(choices, sizes, seeded("deltas", letter.stamp)):
            said = self._choice(delta.choice, None, delta=self._delta(letter, delta), logprobs=scores.next(delta))
            yield self._chunk(letter, PHASES[delta.kind], delta.tokens, [said])
        at = self.usage_at(letter)
        for index, choice in enumerate(choices):
            last = index == len(choices) - 1
            said = self._choice(index, choice.reason or FINISHES[choice.finish], delta=self.closing(thinks))
            yield self._chunk(letter, "finish", 0, [said], usage="finish" in at and last)
        if "trailing" in at:
            yield self._chunk(letter, "usage", 0, [], usage=True)

    def _delta(self, letter: Letter, delta: Delta) -> dict[str, Any]:
        thinks = letter.prompt.thinking.on
        if delta.kind == "reasoning":
            return self.reasoning(delta.text)
        if delta.kind == "text":
            return self.text(delta.text, thinks)
        if delta.kind == "arguments":
            return {"tool_calls": [{"index": delta.call, "function": {"arguments": delta.text}}]}
        opened = _call(self.call_id(letter.stamp, delta.choice * 64 + delta.call), delta.text, "")
        return {"tool_calls": [{"index": delta.call, **opened}]}

    def _chunk(
        self, letter: Letter, phase: Phase, tokens: int, choices: list[dict[str, Any]], *, usage: bool = False
    ) -> Frame:
        body = {**self.envelope(letter, "chat.completion.chunk"), "choices": choices}
        if usage or letter.prompt.include_usage:
            body["usage"] = self.usage(letter) if usage else None
        return Frame(
            phase, tokens, framing.data(msgspec.json.encode({key: body[key] for key in self.order if key in body}))
        )


def _call(identity: str, name: str, arguments: str) -> dict[str, Any]:
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}


def totals(generation: Generation) -> dict[str, int]:
    """The three counts that every OpenAI-like reports; all come from what was really said."""
    prompt, completion = generation.prompt_tokens, generation.completion_tokens
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
