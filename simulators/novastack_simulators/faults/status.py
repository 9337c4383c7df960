"""`status`: the upstream answers with an HTTP error in the provider's own shape, before anything else."""

from typing import Literal

from pydantic import Field

from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan


class Status(Fault):
    """`status` is the HTTP code, `retry_after` the seconds in the header of that name (none if absent).

    `code` chooses among the provider's errors of that status, by the code in their body.
    """

    do: Literal["status"]
    at: Literal["before_headers"] = "before_headers"
    status: int = Field(ge=400, le=599)
    retry_after: float | None = Field(default=None, ge=0)
    code: str | None = Field(default=None, min_length=1, max_length=64)


def strike(_fault: Status, _plan: Plan, error: Plan) -> Plan:
    """The error instead of the answer. `error` is the provider's answer of that status, due at once."""
    return error
