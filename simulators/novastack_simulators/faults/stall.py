"""`stall`: the upstream falls silent with the connection open, for some real seconds or for ever."""

import math
from typing import Annotated, Any, Final, Literal

import msgspec
from pydantic import BeforeValidator, Field

from novastack_simulators.faults.at import parted
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import unsized
from novastack_simulators.faults.fault import Fault
from novastack_simulators.faults.wording import shown
from novastack_simulators.plan import Frame, Plan

LONGEST: Final = 86_400


def readable(given: Any) -> Any:
    """Says in one sentence how long a stall may be."""
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if given == "forever" or (number and 0 < given <= LONGEST):
        return given
    raise ValueError(f'expected "forever" or seconds above 0 and up to {LONGEST}, got {shown(given)}')


Lasting = Annotated[float | Literal["forever"], BeforeValidator(readable)]


class Stall(Fault):
    """`for` is in real seconds (the simulator's speed does not shorten it), or "forever"."""

    do: Literal["stall"]
    lasting: Lasting = Field(alias="for")


def strike(fault: Stall, plan: Plan, _context: Context) -> Plan | None:
    """What was due after the phase is late by `for`, or never comes."""
    if fault.at == "queued" and plan.queue.sign:
        return _queued(plan, math.inf if fault.lasting == "forever" else fault.lasting)
    found = parted(plan, fault.at)
    if found is None:
        return None
    whole, index = found
    if fault.lasting == "forever":
        return msgspec.structs.replace(whole, frames=whole.frames[:index], dues=whole.dues[:index], ending="hang")
    return late(whole, index, fault.lasting)


def late(plan: Plan, index: int, seconds: float) -> Plan:
    """The plan with all from an index on so much later."""
    dues = tuple(due + seconds for due in plan.dues[index:])
    return msgspec.structs.replace(plan, dues=(*plan.dues[:index], *dues), end=plan.end + seconds)


def _queued(plan: Plan, seconds: float) -> Plan:
    """The head at the first sign of life, then a sign every beat until the model begins, or until patience ends.

    A body that comes after signs of life has no length that could be told beforehand.
    """
    queue = plan.queue
    waited = min(seconds, queue.patience)
    times = tuple(beat * queue.beat for beat in range(1, math.ceil(waited / queue.beat)))
    signs = tuple(Frame("queued", 0, queue.sign) for _ in times)
    told = unsized(plan)
    if seconds > queue.patience:
        return Plan(status=plan.status, headers=told.headers, frames=signs, dues=times, end=waited, ending="abort")
    after = late(told, 0, waited)
    return msgspec.structs.replace(after, frames=signs + plan.frames, dues=(*times, *after.dues))
