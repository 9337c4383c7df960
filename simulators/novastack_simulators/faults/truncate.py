"""`truncate`: the answer ends cleanly at a phase, as if it were whole: no terminator, and no sign that more was to come."""

from typing import Literal

from novastack_simulators.faults.at import headed, parted
from novastack_simulators.faults.breaking import ended
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import resized
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan


class Truncate(Fault):
    """No parameters."""

    do: Literal["truncate"]


def strike(fault: Truncate, plan: Plan, _context: Context) -> Plan | None:
    """The frames before the phase, and a body that ends there; the head is sent in any case."""
    found = parted(plan, fault.at)
    if found is None:
        return None
    return resized(ended(found if found.start else headed(plan), "complete"))
