"""`in_band_error`: a stream breaks off with the provider's own error event, under the 200 that was sent long before."""

from typing import Literal

from pydantic import Field

from novastack_simulators.faults.at import EventAt
from novastack_simulators.faults.breaking import erred
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan


class InBandError(Fault):
    """`status` and `code` choose the error as they do for `status`; here it is said in the stream, not in the head."""

    do: Literal["in_band_error"]
    at: EventAt = "before_headers"
    status: int = Field(default=500, ge=400, le=599, strict=True)
    code: str | None = Field(default=None, min_length=1, max_length=64)


def strike(fault: InBandError, plan: Plan, context: Context) -> Plan | None:
    """The frames before the phase, then the error when the next one would have been due, and the end."""
    return erred(plan, fault.at, context.error, context.mishap(context.error.frames[0].data))
