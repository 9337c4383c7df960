"""How likely each token was: made up from the seed, but sound. Pure.

The token that was said is always the likeliest; the alternatives share what is left of the probability, each less
than the one before it, so the logprobs are at most 0, sorted, and never sum to more than certainty. What a position
gets depends on the seed, the position and its token only: neither on how many alternatives are asked for, nor on
where the answer was cut.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from novastack_simulators.generation.seed import seeded
from novastack_simulators.generation.words import vocabulary

MOST: Final = 20


class Likely(NamedTuple):
    """A token and the natural logarithm of its probability."""

    token: str
    logprob: float


class Scored(NamedTuple):
    """A token that was said, and the likeliest ones at its place, itself first."""

    token: str
    logprob: float
    top: tuple[Likely, ...]


def scored(tokens: Sequence[str], alternatives: int, mark: bytes, *, first: int = 0) -> tuple[Scored, ...]:
    """The scores of tokens that begin at position `first`, each with so many (at most 20) of the likeliest."""
    return tuple(_score(token, alternatives, mark, first + place) for place, token in enumerate(tokens))


def _score(token: str, alternatives: int, mark: bytes, position: int) -> Scored:
    rng = seeded("logprobs", mark, position, token)
    sure = 1 - 0.5 * rng.random() ** 3
    share = 0.4 + 0.3 * rng.random()
    others = rng.sample([word for word in _words() if word != token.strip()], MOST)
    lead = " " if token.startswith(" ") else ""
    left = (1 - sure) * (1 - share)
    top = [Likely(token, math.log(sure))]
    for word in others[: max(0, alternatives - 1)]:
        top.append(Likely(lead + word, math.log(left) if left else -9999.0))
        left *= share
    return Scored(token, top[0].logprob, tuple(top[:alternatives]))


@cache
def _words() -> tuple[str, ...]:
    return tuple(dict.fromkeys(vocabulary()["word"]))
