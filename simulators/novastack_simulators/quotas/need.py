"""Who asks, for how much, and what was spent in the end."""

from typing import Final, NamedTuple

import msgspec

# What an answer is taken to be where the caller set no limit: openapi.yaml, CreateCompletionRequest.max_tokens.
ESTIMATE: Final = 16


class Account(NamedTuple):
    """Whose limits are asked: a key (by its fingerprint, never as it is) and a model, or a pool of models."""

    key: str
    model: str


class Need(msgspec.Struct, frozen=True, gc=False):
    """One request: the input that counts (no cache reads where the provider does not count them), the output reserved.

    `patience` is how many seconds the caller lets a burst wait instead of being refused.
    """

    input_tokens: int
    output_tokens: int
    patience: float = 0.0


class Spent(msgspec.Struct, frozen=True, gc=False):
    """What a request cost in the end; an answer that was cut costs what was made of it."""

    input_tokens: int
    output_tokens: int


def estimated(limit: int | None, answers: int = 1) -> int:
    """The output to reserve: the caller's limit (max_tokens) for each answer, else ESTIMATE."""
    return (ESTIMATE if limit is None else limit) * answers
