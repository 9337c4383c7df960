"""When each frame is due from an engine that has nothing else to do. What the live server plays comes from the load."""

from array import array
from collections.abc import Sequence

from novastack_simulators.plan import Frame, Ticket
from novastack_simulators.profile.tempo import EngineTempo
from novastack_simulators.tempo.engine import Engine, Refused


def schedule(
    frames: Sequence[Frame], tempo: EngineTempo, *, lanes: int = 1, speed: float = 1.0, prompt_tokens: int = 0
) -> "array[float]":
    """The due time of each frame after arrival, its choices made side by side; no frame waits for what is too long."""
    tokens = max(1, sum(frame.tokens for frame in frames))
    lanes = min(lanes, tokens)
    shares = tuple(len(range(lane, tokens, lanes)) for lane in range(lanes))
    engine = Engine(tempo)
    number = engine.submit(0.0, Ticket(prompt_tokens, shares))
    if isinstance(number, Refused):
        return array("d", bytes(8 * len(frames)))
    while (at := engine.next()) is not None:
        engine.run(at)
    made = sorted(at for choice in engine.times(number).tokens for at in choice)
    dues, told = array("d"), 0
    for frame in frames:
        told += frame.tokens
        dues.append(made[max(0, told - 1)] / speed)
    return dues
