"""`fin`: the upstream closes the connection (TCP FIN) at a phase, without the body's own end.

RFC 9112, 8: an answer whose last chunk is missing, or that is shorter than its content-length, is incomplete.
"""

from typing import Literal

from novastack_simulators.faults.breaking import broken
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan


class Fin(Fault):
    """No parameters."""

    do: Literal["fin"]


def strike(fault: Fin, plan: Plan, _context: Context) -> Plan | None:
    """The frames before the phase, then the close when the next one would have been due."""
    return broken(plan, fault.at, "fin")
