"""`stall`: the upstream falls silent with the connection open, for some real seconds or for ever."""

import math
from typing import Annotated, Any, Final, Literal

import msgspec
from pydantic import BeforeValidator, Field

from novastack_simulators.faults.fault import Fault, halved, place
from novastack_simulators.plan import Frame, Plan

LONGEST: Final = 86_400


def readable(given: Any) -> Any:
    """Says in one sentence how long a stall may be."""
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if given == "forever" or (number and 0 < given <= LONGEST):
        return given
    raise ValueError(f'expected "forever" or seconds above 0 and up to {LONGEST}, got {given!r}')


Lasting = Annotated[float | Literal["forever"], BeforeValidator(readable)]


class Stall(Fault):
    """`for` is in real seconds (the simulator's speed does not shorten it), or "forever"."""

    do: Literal["stall"]
    lasting: Lasting = Field(alias="for")


def strike(fault: Stall, plan: Plan, _error: Plan) -> Plan:
    """What was due after the phase is late by `for`, or never comes."""
    if fault.at == "queued" and plan.queue.sign:
        return _queued(plan, math.inf if fault.lasting == "forever" else fault.lasting)
    cut = halved(plan, fault.at)
    index = place(cut.frames, fault.at)
    if fault.lasting == "forever":
        return msgspec.structs.replace(cut, frames=cut.frames[:index], dues=cut.dues[:index], ending="hang")
    late = tuple(due + fault.lasting for due in cut.dues[index:])
    return msgspec.structs.replace(cut, dues=tuple(cut.dues[:index]) + late, end=cut.end + fault.lasting)


def _queued(plan: Plan, seconds: float) -> Plan:
    """The head at the first sign of life, then a sign every beat until the model begins, or until patience ends.

    A body that comes after signs of life has no length that could be told beforehand.
    """
    queue = plan.queue
    waited = min(seconds, queue.patience)
    times = tuple(beat * queue.beat for beat in range(1, math.ceil(waited / queue.beat)))
    signs = tuple(Frame("queued", 0, queue.sign) for _ in times)
    headers = tuple(header for header in plan.headers if header[0] != b"content-length")
    if seconds > queue.patience:
        return Plan(status=plan.status, headers=headers, frames=signs, dues=times, end=waited, ending="abort")
    late = tuple(due + waited for due in plan.dues)
    return msgspec.structs.replace(
        plan, headers=headers, frames=signs + plan.frames, dues=times + late, end=plan.end + waited
    )
