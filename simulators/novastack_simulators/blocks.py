"""A prompt as the blocks of a KV cache: a digest for each full block, made of all that stands before its end. Pure."""

import hashlib
from collections.abc import Iterator
from typing import Final

from novastack_simulators.generation.tokens import Unit, segment
from novastack_simulators.prompt import Prompt

# As for counting, the work is bounded: what lies beyond so many characters is in no cache.
LONGEST: Final = 100_000


def blocks(prompt: Prompt, by: Unit, size: int, most: int) -> tuple[bytes, ...]:
    """The digests of at most `most` blocks of `size` tokens each."""
    text = "".join(_texts(prompt))[:LONGEST]
    tokens = segment(text, by)
    chain = hashlib.blake2b(prompt.model.encode(), digest_size=16)
    found = []
    for start in range(0, min(len(tokens) - size + 1, most * size), size):
        chain.update("".join(tokens[start : start + size]).encode())
        found.append(chain.digest())
    return tuple(found)


def _texts(prompt: Prompt) -> Iterator[str]:
    """As a chat template has them: the tools before the turns."""
    yield from (tool.text for tool in prompt.tools)
    yield from (f"\n{turn.role}\n{turn.text}" for turn in prompt.turns)
