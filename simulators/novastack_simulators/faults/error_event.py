"""`error_event`: a stream breaks off with an event named `error`, as Anthropic has it, whatever the provider's own way is.

Aggregators put it into OpenAI-like streams, where a reader that only looks at `data:` takes it for a chunk.
"""

from typing import Literal

from pydantic import Field

from novastack_simulators import framing
from novastack_simulators.faults.at import EventAt
from novastack_simulators.faults.breaking import erred
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan


class ErrorEvent(Fault):
    """`status` and `code` choose the error as they do for `status`."""

    do: Literal["error_event"]
    at: EventAt = "first_text"
    status: int = Field(default=500, ge=400, le=599, strict=True)
    code: str | None = Field(default=None, min_length=1, max_length=64)


def strike(fault: ErrorEvent, plan: Plan, context: Context) -> Plan | None:
    """The frames before the phase, then the event with the error's body, and the end without a terminator."""
    return erred(plan, fault.at, context.error, framing.named("error", context.error.frames[0].data))
