"""`in_band_error`: a stream breaks off with the provider's own error event, under the 200 that was sent long before."""

from typing import Literal

import msgspec
from pydantic import Field

from novastack_simulators.faults.fault import Fault, place
from novastack_simulators.plan import Plan


class InBandError(Fault):
    """`status` and `code` choose the error as they do for `status`; here it is said in the stream, not in the head."""

    do: Literal["in_band_error"]
    status: int = Field(default=500, ge=400, le=599)
    code: str | None = Field(default=None, min_length=1, max_length=64)


def strike(fault: InBandError, plan: Plan, error: Plan) -> Plan:
    """The frames before the phase, then the error when the next one would have been due, and the end.

    An answer that is not streamed has no middle: the error comes instead of it.
    """
    if not plan.frames or plan.frames[0].phase == "body":
        return error
    index = place(plan.frames, fault.at)
    if index == len(plan.frames):
        return plan
    frames, dues = plan.frames[:index] + error.frames, plan.dues[: index + 1]
    work = plan.work and plan.work._replace(finishes=("error",) * len(plan.work.finishes))
    return msgspec.structs.replace(plan, frames=frames, dues=dues, work=work)
