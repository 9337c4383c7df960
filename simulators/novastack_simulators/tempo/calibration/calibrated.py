"""The whole calibration: records in, a tempo out, and how well it plays what was recorded."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from novastack_simulators.profile import EngineTempo, FittedTempo
from novastack_simulators.tempo.calibration import engine, fitted
from novastack_simulators.tempo.calibration.goodness import Goodness, goodness
from novastack_simulators.tempo.calibration.recorded import Record
from novastack_simulators.tempo.outcome import Outcome
from novastack_simulators.tempo.replay import replay


class Calibrated(NamedTuple):
    """The tempo, what should be known about it, and the recorded requests as they were and as it plays them."""

    tempo: FittedTempo | EngineTempo
    notes: tuple[str, ...]
    goodness: tuple[Goodness, ...]
    recorded: tuple[Outcome, ...]
    played: tuple[Outcome, ...]


def as_fitted(records: Sequence[Record], source: str, rng: Random, family: str | None = None) -> Calibrated:
    """A fitted tempo; with spreads of that family, if one is named."""
    return _judged(records, *fitted.calibrated(records, source, family), rng)


def as_engine(records: Sequence[Record], source: str, rng: Random, first: EngineTempo) -> Calibrated:
    """An engine with the settings of `first`."""
    return _judged(records, *engine.calibrated(records, source, first), rng)


def _judged(
    records: Sequence[Record], tempo: FittedTempo | EngineTempo, notes: tuple[str, ...], rng: Random
) -> Calibrated:
    size = int(tempo.block_size.value) if isinstance(tempo, EngineTempo) else None
    played = replay(engine.arrivals(records, size), tempo, rng).outcomes
    recorded = [record.outcome for record in records]
    # Where only means are recorded there is no gap to compare with.
    measures = ("ttft", "tpot", "e2e") if any(record.even for record in records) else ("ttft", "itl", "tpot", "e2e")
    return Calibrated(tempo, notes, tuple(goodness(recorded, played, measures)), tuple(recorded), tuple(played))
