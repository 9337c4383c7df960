"""How events become bytes, and how bytes are cut into writes. Pure."""

from novastack_simulators.framing.event import data, named

__all__ = ["data", "named"]
