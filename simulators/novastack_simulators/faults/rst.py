"""`rst`: the upstream resets the connection (TCP RST) at a phase; what was due before it has been sent."""

from typing import Literal

from novastack_simulators.faults.breaking import broken
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan


class Rst(Fault):
    """No parameters."""

    do: Literal["rst"]


def strike(fault: Rst, plan: Plan, _context: Context) -> Plan | None:
    """The frames before the phase, then a reset when the next one would have been due."""
    return broken(plan, fault.at, "abort")
