"""How events become bytes, and how those are dressed and cut into writes without changing what they say. Pure."""

from novastack_simulators.framing.event import data, named
from novastack_simulators.framing.framing import DEFAULT, Comments, Framing
from novastack_simulators.framing.presets import FRAMINGS, AnyFraming
from novastack_simulators.framing.wire import framed

__all__ = ["DEFAULT", "FRAMINGS", "AnyFraming", "Comments", "Framing", "data", "framed", "named"]
