"""`blank_lines`: empty lines where they are allowed: between events, and before a JSON body.

WHATWG HTML, 9.2.6: a blank line with no field before it dispatches nothing. RFC 8259, 2: white space may stand before.
"""

from typing import Literal

from pydantic import Field

from novastack_simulators.faults.at import EventAt, place
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import inserted, resized
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Frame, Plan


class BlankLines(Fault):
    """`count` is how many."""

    do: Literal["blank_lines"]
    at: EventAt = "before_headers"
    count: int = Field(default=3, ge=1, le=100_000, strict=True)


def strike(fault: BlankLines, plan: Plan, _context: Context) -> Plan | None:
    """The lines before the event, when it is due; before a plain body, whatever the phase."""
    index = place(plan.frames, fault.at)
    if index is None:
        return None
    return resized(inserted(plan, index, Frame(plan.frames[index].phase, 0, b"\n" * fault.count)))
