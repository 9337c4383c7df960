"""When an answer is said. Pure: the frames and a seed in, due times out; or an engine, whose time is given to it."""

from array import array
from collections.abc import Sequence
from random import Random

from novastack_simulators.plan import Frame
from novastack_simulators.profile.tempo import EngineTempo, Tempo
from novastack_simulators.tempo import alone, fitted

__all__ = ["pulse", "schedule"]


def schedule(
    frames: Sequence[Frame], tempo: Tempo, rng: Random, *, lanes: int = 1, speed: float = 1.0, prompt_tokens: int = 0
) -> "array[float]":
    """The due time of each frame in seconds after arrival.

    `lanes` choices are made side by side; `speed` 20 is 20 times faster; `prompt_tokens` are those that no cache spares.
    """
    if isinstance(tempo, EngineTempo):
        return alone.schedule(frames, tempo, lanes=lanes, speed=speed, prompt_tokens=prompt_tokens)
    return fitted.schedule(frames, tempo, rng, lanes=lanes, speed=speed, prompt_tokens=prompt_tokens)


def pulse(
    tokens: int, tempo: Tempo, rng: Random, *, lanes: int = 1, speed: float = 1.0, prompt_tokens: int = 0
) -> "array[float]":
    """When each token is made, though an answer that is not streamed sends them at once: the same draws as above."""
    each = [Frame("body", 1, b"")] * tokens
    return schedule(each, tempo, rng, lanes=lanes, speed=speed, prompt_tokens=prompt_tokens)
