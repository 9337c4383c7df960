"""`cut`: the connection ends in the middle of an event, which a client must not take for a whole one."""

from typing import Final, Literal

from novastack_simulators.faults.at import UNSENT, Parted, is_byte, parted, plain, split
from novastack_simulators.faults.breaking import ended, inside
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import spoken
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Ending, Plan

ENDINGS: Final[dict[str, Ending]] = {"rst": "abort", "fin": "fin"}


class Cut(Fault):
    """`by` says how the connection ends: it is reset, or closed if that is said."""

    do: Literal["cut"]
    by: Literal["rst", "fin"] | None = None


def strike(fault: Cut, plan: Plan, _context: Context) -> Plan | None:
    """What comes before the phase, half of the event that follows, and the end when that would have been due.

    Before the headers there is nothing to be in the middle of, and a byte is a place of its own: it ends just there.
    """
    found = parted(plan, fault.at)
    if found is None:
        return None
    exact = fault.at in UNSENT or is_byte(fault.at)
    return ended(found if exact else _into(found, whole=fault.at == "after_headers"), ENDINGS[fault.by or "rst"])


def _into(found: Parted, *, whole: bool) -> Parted:
    """Inside the event; a plain answer has been parted in the middle already, unless all of it is still to come."""
    plan, index = found
    if plain(plan) and not whole:
        return found
    event = spoken(plan, index)
    return found if event is None else split(plan, event, inside(plan.frames[event]))
