"""A Generation cut into the pieces that a stream carries, in the order in which they are said. Pure."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from random import Random
from typing import Literal

import msgspec

from novastack_simulators.generation.choice import Choice


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of one choice: some tokens of reasoning, text or a call's arguments, or the opening of call `call`."""

    kind: Literal["reasoning", "text", "call", "arguments"]
    choice: int = 0
    text: str = ""
    tokens: int = 0
    call: int = 0


def deltas(choice: Choice, index: int, sizes: tuple[int, int], rng: Random) -> Iterator[Delta]:
    """One choice in pieces of least to most tokens; a call is opened before its arguments."""
    for piece in pieces(choice.reasoning, sizes, rng):
        yield Delta(kind="reasoning", choice=index, text="".join(piece), tokens=len(piece))
    for piece in pieces(choice.text, sizes, rng):
        yield Delta(kind="text", choice=index, text="".join(piece), tokens=len(piece))
    for number, call in enumerate(choice.calls):
        yield Delta(kind="call", choice=index, text=call.name, call=number)
        for piece in pieces(call.arguments, sizes, rng):
            yield Delta(kind="arguments", choice=index, text="".join(piece), tokens=len(piece), call=number)


def pieces(tokens: Sequence[str], sizes: tuple[int, int], rng: Random) -> Iterator[Sequence[str]]:
    """Runs of least to most tokens, longer where a token is only the first bytes of a character and says nothing yet."""
    start, said = 0, max((index + 1 for index, token in enumerate(tokens) if token), default=0)
    while start < len(tokens):
        end = start + rng.randint(*sizes)
        while end < len(tokens) and (not tokens[end - 1] or end >= said):
            end += 1
        yield tokens[start:end]
        start = end


def interleaved(choices: Sequence[Choice], sizes: tuple[int, int], rng: Random) -> Iterator[Delta]:
    """All choices at once, one piece of each in turn."""
    lanes = [deltas(choice, index, sizes, rng) for index, choice in enumerate(choices)]
    for row in zip_longest(*lanes):
        yield from (delta for delta in row if delta is not None)
