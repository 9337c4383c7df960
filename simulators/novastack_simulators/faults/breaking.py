"""An answer that breaks off: what was due before the phase is sent, then it ends in one way or another. Pure."""

from typing import Any

import msgspec

from novastack_simulators.faults.at import Parted, parted
from novastack_simulators.faults.events import BLANK, payload
from novastack_simulators.plan import Ending, Frame, Plan


def broken(plan: Plan, at: Any, ending: Ending) -> Plan | None:
    """The frames before the phase, and the ending when the next one would have been due; None if it never comes."""
    found = parted(plan, at)
    return found and ended(found, ending)


def ended(found: Parted, ending: Ending, *more: Frame) -> Plan:
    """The frames before the index, those that come instead of what follows, and the ending."""
    plan, index = found
    due = plan.dues[index]
    return msgspec.structs.replace(
        plan,
        frames=(*plan.frames[:index], *more),
        dues=(*plan.dues[:index], *[due] * len(more)),
        end=due,
        ending=ending,
    )


def erred(plan: Plan, at: Any, error: Plan, event: bytes) -> Plan | None:
    """The frames before the phase, then an event that is an error, and a clean end; None if the phase never comes.

    An answer that is not streamed has no middle: the error comes instead of it.
    """
    if plan.frames[0].phase == "body":
        return error
    found = parted(plan, at)
    if found is None:
        return None
    work = plan.work and plan.work._replace(finishes=("error",) * len(plan.work.finishes))
    return msgspec.structs.replace(ended(found, "complete", Frame("error", 0, event)), work=work)


def inside(frame: Frame) -> int:
    """Half of an event's payload, so that neither the line nor the event has ended there."""
    before, said, _ = payload(frame)
    return (len(before) + len(said) // 2) if said else len(frame.data.removesuffix(BLANK)) // 2
