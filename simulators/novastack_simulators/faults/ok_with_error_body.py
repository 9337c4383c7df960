"""`ok_with_error_body`: the status says that all is well, the body is the provider's error."""

from typing import Literal

import msgspec
from pydantic import Field

from novastack_simulators.faults.at import WholeAt
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Frame, Plan


class OkWithErrorBody(Fault):
    """`status` and `code` choose the error as they do for `status`; the HTTP status is 200.

    `spelled` says whether a stream is answered with an event or with a JSON body; what is not streamed has a JSON body.
    """

    do: Literal["ok_with_error_body"]
    at: WholeAt = "before_headers"
    status: int = Field(default=500, ge=400, le=599, strict=True)
    code: str | None = Field(default=None, min_length=1, max_length=64)
    spelled: Literal["event", "json"] = Field(default="event", alias="as")


def strike(fault: OkWithErrorBody, plan: Plan, context: Context) -> Plan:
    """The error under the status of the answer, and under its head where it is an event of it."""
    error = msgspec.structs.replace(context.error, status=200)
    if plan.frames[0].phase == "body" or fault.spelled == "json":
        return error
    event = Frame("error", 0, context.mishap(error.frames[0].data))
    return msgspec.structs.replace(error, headers=plan.headers, frames=(event,))
