"""`never_end`: the answer goes on and on and never comes to its end, until the client leaves."""

from typing import Literal

import msgspec
from pydantic import Field

from novastack_simulators.faults.at import EventAt, Parted, place, plain, split
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import unsized
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Frame, Plan, Repeat


class NeverEnd(Fault):
    """`every` is the time between events in real seconds."""

    do: Literal["never_end"]
    at: EventAt = "before_finish"
    every: float = Field(default=0.05, ge=0.001, le=3_600, strict=True)


def strike(fault: NeverEnd, plan: Plan, _context: Context) -> Plan | None:
    """What comes before the phase, then the last piece of the answer again and again.

    A plain body goes on with blanks before its last byte, as a model does that is held to JSON and has nothing to say.
    """
    index = place(plan.frames, fault.at)
    if index is None:
        return None
    if plain(plan):
        body = plan.frames[0].data
        return _repeated(split(unsized(plan), 0, len(body) - 1), Frame("body", 0, b" "), fault.every)
    piece = _piece(plan.frames[:index]) or _piece(plan.frames)
    return piece and _repeated(Parted(plan, index), piece, fault.every)


def _piece(frames: tuple[Frame, ...]) -> Frame | None:
    """The last that says something, which is text if there is any."""
    said = [frame for frame in frames if frame.data and frame.tokens]
    text = [frame for frame in said if frame.phase == "text"]
    return next(reversed(text or said), None)


def _repeated(found: Parted, piece: Frame, every: float) -> Plan:
    plan, index = found
    frames, dues = plan.frames[:index], tuple(plan.dues[:index])
    if not frames:
        frames, dues = (piece,), tuple(plan.dues[:1])
    return msgspec.structs.replace(plan, frames=frames, dues=dues, ending="hang", repeat=Repeat((piece,), every))
