"""`cut`: the upstream resets the connection (TCP RST) at a phase; what was due before it has been sent."""

from typing import Literal

import msgspec

from novastack_simulators.faults.fault import Fault, halved, place
from novastack_simulators.plan import Plan


class Cut(Fault):
    """No parameters."""

    do: Literal["cut"]


def strike(fault: Cut, plan: Plan, _error: Plan) -> Plan:
    """The frames before the phase, then a reset when the next one would have been due."""
    whole = halved(plan, fault.at)
    index = place(whole.frames, fault.at)
    end = whole.dues[index] if index < len(whole.dues) else whole.end
    return msgspec.structs.replace(whole, frames=whole.frames[:index], dues=whole.dues[:index], end=end, ending="abort")
