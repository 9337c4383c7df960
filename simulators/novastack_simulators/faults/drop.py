"""`drop`: an event is lost."""

from typing import Literal

import msgspec
from pydantic import Field

from novastack_simulators.faults.at import EventAt, place, plain
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import spoken
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Frame, Plan


class Drop(Fault):
    """`count` is how many are lost."""

    do: Literal["drop"]
    at: EventAt = "first_text"
    count: int = Field(default=1, ge=1, le=1_000, strict=True)


def strike(fault: Drop, plan: Plan, _context: Context) -> Plan | None:
    """Without the events after the phase. A plain body is one event, and an answer without it is `empty_body`."""
    index = spoken(plan, place(plan.frames, fault.at))
    if index is None or plain(plan):
        return None
    end = index + fault.count
    frames, dues = (*plan.frames[:index], *plan.frames[end:]), (*plan.dues[:index], *plan.dues[end:])
    if not frames:
        return msgspec.structs.replace(plan, frames=(Frame("open", 0, b""),), dues=plan.dues[:1])
    return msgspec.structs.replace(plan, frames=frames, dues=dues)
