"""`empty_body`: the head is in order, and nothing follows it."""

from typing import Literal

import msgspec
from pydantic import Field

from novastack_simulators.faults.at import WholeAt
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import resized
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Frame, Plan


class EmptyBody(Fault):
    """`status` is the HTTP status."""

    do: Literal["empty_body"]
    at: WholeAt = "before_headers"
    status: int = Field(default=200, ge=200, le=599, strict=True)


def strike(fault: EmptyBody, plan: Plan, _context: Context) -> Plan:
    """The provider's head when the first byte would have been due, and a body that ends at once."""
    nothing = (Frame(plan.frames[0].phase, 0, b""),)
    empty = msgspec.structs.replace(plan, status=fault.status, frames=nothing, dues=tuple(plan.dues[:1]), work=None)
    return resized(empty)
