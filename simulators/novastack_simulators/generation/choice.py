"""What one choice says, as tokens, and how stop sequences and the token limit cut it."""

from itertools import accumulate
from typing import Literal

import msgspec

from novastack_simulators.prompt import Prompt

Finish = Literal["stop", "length", "tool_calls", "stop_sequence"]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A tool call: the tool's name and its arguments (JSON text) in tokens."""

    name: str
    arguments: tuple[str, ...]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What is said: reasoning, then text, then calls, each in tokens that join to the whole.

    `reason` is a provider's own finish reason, said instead of the one for `finish`. `refused`: the text says why
    the model will not answer; where the wire has a place for that, it stands there.
    """

    reasoning: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    finish: Finish = "stop"
    stopped_by: str | None = None
    reason: str | None = None
    refused: bool = False

    @property
    def tokens(self) -> int:
        return len(self.reasoning) + len(self.text) + sum(len(call.arguments) for call in self.calls)


def limited(choice: Choice, prompt: Prompt) -> Choice:
    """The choice as the caller's limits leave it: first max_tokens, then stop sequences in what is left."""
    return _stopped(shortened(choice, prompt.limit), prompt.stop)


def shortened(choice: Choice, limit: int | None) -> Choice:
    """A prefix of exactly `limit` tokens; a call that would have no token left is not begun."""
    if limit is None or choice.tokens <= limit:
        return choice
    reasoning = choice.reasoning[:limit]
    text = choice.text[: limit - len(reasoning)]
    left = limit - len(reasoning) - len(text)
    calls = []
    for call in choice.calls:
        if left > 0:
            calls.append(msgspec.structs.replace(call, arguments=call.arguments[:left]))
        left -= len(call.arguments)
    return Choice(reasoning=reasoning, text=text, calls=tuple(calls), finish="length", refused=choice.refused)


def _stopped(choice: Choice, stops: tuple[str, ...]) -> Choice:
    """Stop sequences are looked for in the text only; the earliest one cuts, is not emitted, and ends the choice."""
    text = "".join(choice.text)
    found = min(((text.find(stop), stop) for stop in stops if stop and stop in text), default=None)
    if found is None:
        return choice
    kept = _until(choice.text, found[0])
    cut = {"text": kept, "calls": (), "finish": "stop_sequence", "stopped_by": found[1], "reason": None}
    return msgspec.structs.replace(choice, **cut)


def _until(tokens: tuple[str, ...], end: int) -> tuple[str, ...]:
    """The tokens up to a character position; the one that crosses it is shortened."""
    starts = accumulate((len(token) for token in tokens), initial=0)
    return tuple(token[: end - start] for token, start in zip(tokens, starts, strict=False) if start < end)
