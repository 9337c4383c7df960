"""When each frame is due: the time to the first token, then a gap for each further token. Pure; times in seconds."""

from array import array
from collections.abc import Sequence
from random import Random

from novastack_simulators.plan import Frame
from novastack_simulators.profile.tempo import FittedTempo


def schedule(
    frames: Sequence[Frame],
    tempo: FittedTempo,
    rng: Random,
    *,
    lanes: int = 1,
    speed: float = 1.0,
    prompt_tokens: int = 0,
) -> "array[float]":
    """The due time of each frame after arrival. `lanes` choices are made side by side; `speed` 20 = 20 times faster."""
    first = tempo.first_token.drawer(rng)() + (tempo.prefill.value * prompt_tokens if tempo.prefill else 0.0)
    fixed = tempo.token_gap.fixed
    if fixed is not None:
        return _even(frames, first / speed, fixed / lanes / speed)
    draw, scale = tempo.token_gap.drawer(rng), lanes * speed
    due, waited = first / speed, 1
    dues = array("d", bytes(8 * len(frames)))
    for index, (_, tokens, _) in enumerate(frames):
        if tokens > waited:
            for _ in range(tokens - waited):
                due += draw() / scale
            waited = 0
        else:
            waited -= tokens
        dues[index] = due
    return dues


def _even(frames: Sequence[Frame], first: float, gap: float) -> "array[float]":
    """The same where every gap is the same: the k-th token is k - 1 gaps after the first."""
    made = 0
    dues = array("d", bytes(8 * len(frames)))
    for index, (_, tokens, _) in enumerate(frames):
        made += tokens
        dues[index] = first + gap * (made - 1) if made > 1 else first
    return dues
