"""When each frame is due: the time to the first token, then a gap for each further token. Pure; times in seconds."""

import math
from collections.abc import Sequence
from random import Random

from novastack_simulators.plan import Frame
from novastack_simulators.profile import Spread, Tempo


def schedule(
    frames: Sequence[Frame], tempo: Tempo, rng: Random, *, lanes: int = 1, speed: float = 1.0
) -> tuple[float, ...]:
    """The due time of each frame after arrival. `lanes` choices are made side by side; `speed` 20 = 20 times faster."""
    due = _drawn(tempo.first_token, rng)
    waited = 1
    dues = []
    for frame in frames:
        for _ in range(max(0, frame.tokens - waited)):
            due += _drawn(tempo.token_gap, rng) / lanes
        waited = max(0, waited - frame.tokens)
        dues.append(due / speed)
    return tuple(dues)


def pulse(tokens: int, tempo: Tempo, rng: Random, *, lanes: int = 1, speed: float = 1.0) -> tuple[float, ...]:
    """When each token is made, though an answer that is not streamed sends them at once: the same draws as above."""
    return schedule([Frame("body", 1, b"")] * tokens, tempo, rng, lanes=lanes, speed=speed)


def _drawn(spread: Spread, rng: Random) -> float:
    return rng.lognormvariate(math.log(spread.value), spread.sigma) if spread.value else 0.0
