"""`reorder`: events come in the wrong order."""

from typing import Literal

import msgspec
from pydantic import Field

from novastack_simulators.faults.at import EventAt, place, plain
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import spoken
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan


class Reorder(Fault):
    """`count` is how many come backwards."""

    do: Literal["reorder"]
    at: EventAt = "first_text"
    count: int = Field(default=2, ge=2, le=1_000, strict=True)


def strike(fault: Reorder, plan: Plan, _context: Context) -> Plan | None:
    """The events after the phase backwards, at the times of those in whose places they come.

    A plain body is one event: there is nothing to put before it.
    """
    index = spoken(plan, place(plan.frames, fault.at))
    if index is None or plain(plan) or index + 1 == len(plan.frames):
        return None
    end = min(index + fault.count, len(plan.frames))
    frames = (*plan.frames[:index], *reversed(plan.frames[index:end]), *plan.frames[end:])
    return msgspec.structs.replace(plan, frames=frames)
