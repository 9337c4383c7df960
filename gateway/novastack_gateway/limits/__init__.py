"""How much a caller may ask for: a pure algorithm, its decision, and the headers that report it."""

from novastack_gateway.limits.decision import Decision
from novastack_gateway.limits.headers import rate_headers, state_headers
from novastack_gateway.limits.sliding_log import SlidingLog

__all__ = ["Decision", "SlidingLog", "rate_headers", "state_headers"]
