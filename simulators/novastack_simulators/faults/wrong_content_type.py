"""`wrong_content_type`: the right body under the wrong name, as a stream that says it is JSON or octets."""

from typing import Literal

import msgspec
from pydantic import Field

from novastack_simulators.faults.at import WholeAt
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.fault import Fault
from novastack_simulators.faults.headers import put
from novastack_simulators.plan import Plan


class WrongContentType(Fault):
    """`type` is what the header says."""

    do: Literal["wrong_content_type"]
    at: WholeAt = "before_headers"
    type: str = Field(default="application/octet-stream", pattern=r"^[!-~]+(?: [!-~]+)*$", max_length=200)


def strike(fault: WrongContentType, plan: Plan, _context: Context) -> Plan:
    """Another header, and nothing else."""
    return msgspec.structs.replace(plan, headers=put(plan.headers, b"content-type", fault.type.encode()))
