"""Recorded exchanges: kept as tapes, read again, and played as plans. Pure but for `library` and `recorder`."""

from novastack_simulators.tapes.library import TapeError, load
from novastack_simulators.tapes.reel import Matching, Miss, Reel
from novastack_simulators.tapes.replay import planned, told
from novastack_simulators.tapes.setting import AnyTapes, Tapes
from novastack_simulators.tapes.tape import Tape

__all__ = ["AnyTapes", "Matching", "Miss", "Reel", "Tape", "TapeError", "Tapes", "load", "planned", "told"]
