"""What a fault may know besides the plan that it strikes. Pure: the wall clock's time and all that is random are given."""

from collections.abc import Callable
from typing import NamedTuple

from novastack_simulators import framing
from novastack_simulators.plan import Plan


class Context(NamedTuple):
    """`error` is the provider's answer of the fault's status and code, due at once; `mishap` makes an event of its body.

    `stamp` depends on this outcome only: seed, scope, request and attempt. `wall` is the time of arrival (unix seconds).
    """

    error: Plan
    mishap: Callable[[bytes], bytes] = framing.data
    stamp: bytes = b""
    wall: float = 0.0
