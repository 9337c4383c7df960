"""`missing_usage`: the answer does not say what was used."""

from typing import Any, Literal

import msgspec

from novastack_simulators.faults.at import WholeAt
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import envelopes, rewritten
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan


class MissingUsage(Fault):
    """No parameters."""

    do: Literal["missing_usage"]
    at: WholeAt = "before_headers"


def strike(_fault: MissingUsage, plan: Plan, _context: Context) -> Plan | None:
    """Without the event that is about usage alone, and without usage in every other."""
    kept = [index for index, frame in enumerate(plan.frames) if frame.phase != "usage"]
    frames, dues = tuple(plan.frames[index] for index in kept), tuple(plan.dues[index] for index in kept)
    rest = msgspec.structs.replace(plan, frames=frames, dues=dues)
    return rewritten(rest, 0, _forget) or (rest if len(frames) < len(plan.frames) else None)


def _forget(body: dict[str, Any]) -> bool:
    """Also where it is null: what is missing is not there."""
    told = [each for each in envelopes(body) if "usage" in each]
    for each in told:
        del each["usage"]
    return bool(told)
