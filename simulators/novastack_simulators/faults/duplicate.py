"""`duplicate`: an event is sent again, as a proxy that repeats a write does."""

from typing import Literal

from pydantic import Field

from novastack_simulators.faults.at import EventAt, place
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import inserted, resized, spoken
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan


class Duplicate(Fault):
    """`count` is how often it comes again."""

    do: Literal["duplicate"]
    at: EventAt = "first_text"
    count: int = Field(default=1, ge=1, le=1_000, strict=True)


def strike(fault: Duplicate, plan: Plan, _context: Context) -> Plan | None:
    """The event after the phase, and its copies before it, for which no token was made. A plain body comes twice."""
    index = spoken(plan, place(plan.frames, fault.at))
    if index is None:
        return None
    return resized(inserted(plan, index, *[plan.frames[index]._replace(tokens=0)] * fault.count))
