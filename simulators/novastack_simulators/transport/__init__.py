"""An upstream without a port: a transport for httpx (and httpx2) that really streams."""

from novastack_simulators.transport.transport import SimulatorTransport

__all__ = ["SimulatorTransport"]
