"""The control plane of an upstream, on its own port under /_sim: one file a noun, one entry in ROUTES."""

from novastack_simulators.control.app import control

__all__ = ["control"]
