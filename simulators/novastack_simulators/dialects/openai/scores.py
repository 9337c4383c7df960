"""Logprobs as OpenAI writes them: for each token of the text its own, and the likeliest at its place."""

from collections.abc import Sequence
from typing import Any

from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.generation import stamp
from novastack_simulators.generation.deltas import Delta
from novastack_simulators.generation.logprobs import Likely, Scored, scored


def logprobs(letter: Letter, choice: int, tokens: Sequence[str], first: int = 0) -> dict[str, Any] | None:
    """What stands in `choices[].logprobs` for tokens of a choice's text that begin at `first`; None if none."""
    if letter.prompt.logprobs is None or not tokens:
        return None
    mark = stamp("logprobs", letter.prompt.content, choice)
    content = [_written(score) for score in scored(tokens, letter.prompt.logprobs, mark, first=first)]
    refused = letter.generation.choices[choice].refused
    return {"content": None if refused else content, "refusal": content if refused else None}


def _written(score: Scored) -> dict[str, Any]:
    return {**_likely(Likely(score.token, score.logprob)), "top_logprobs": [_likely(each) for each in score.top]}


def _likely(likely: Likely) -> dict[str, Any]:
    return {"token": likely.token, "logprob": likely.logprob, "bytes": list(likely.token.encode())}


class Scores:
    """The logprobs of a stream, delta by delta; it remembers how far each choice's text has come."""

    def __init__(self, letter: Letter) -> None:
        self._letter = letter
        self._said = [0] * len(letter.generation.choices)

    def next(self, delta: Delta) -> dict[str, Any] | None:
        """The logprobs of a delta's tokens; None for what is no text."""
        if delta.kind != "text":
            return None
        start = self._said[delta.choice]
        self._said[delta.choice] = end = start + delta.tokens
        tokens = self._letter.generation.choices[delta.choice].text[start:end]
        return logprobs(self._letter, delta.choice, tokens, start)
