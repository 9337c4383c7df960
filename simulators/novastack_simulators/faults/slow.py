"""`slow`: from a phase on, everything takes so many times longer."""

from typing import Literal

import msgspec
from pydantic import Field

from novastack_simulators.faults.at import Parted, is_byte, parted, plain
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan


class Slow(Fault):
    """`factor` stretches the time between what follows the phase; below 1 it shortens it."""

    do: Literal["slow"]
    factor: float = Field(gt=0, le=10_000, strict=True)


def strike(fault: Slow, plan: Plan, _context: Context) -> Plan | None:
    """What is due after the phase, later by the factor from what was due before it; of a plain answer all is later."""
    found = parted(plan, fault.at)
    if found is None:
        return None
    whole, index = Parted(plan, 0) if plain(plan) and not is_byte(fault.at) else found
    if whole.ticket:
        return msgspec.structs.replace(whole, slow=(index, fault.factor))
    start = whole.dues[index - 1] if index else 0.0
    dues = tuple(start + (due - start) * fault.factor for due in whole.dues[index:])
    end = start + (whole.end - start) * fault.factor if whole.end > start else whole.end
    return msgspec.structs.replace(whole, dues=(*whole.dues[:index], *dues), end=end)
