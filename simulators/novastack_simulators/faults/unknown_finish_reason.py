"""`unknown_finish_reason`: all is said, and the reason for the end is one that no client knows."""

from typing import Annotated, Literal

import msgspec
from pydantic import Field

from novastack_simulators.faults.at import Counted, Named, taking
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.fault import Fault
from novastack_simulators.generation import Generation
from novastack_simulators.plan import Plan


class UnknownFinishReason(Fault):
    """`reason` is written as it stands where the provider writes its finish reason."""

    do: Literal["unknown_finish_reason"]
    at: Annotated[Named | Counted, taking("before_finish")] = "before_finish"
    reason: str = Field(default="cosmic_ray", pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")


def ended(fault: UnknownFinishReason, generation: Generation) -> Generation:
    """Each choice whole, with the fault's reason."""
    choices = tuple(msgspec.structs.replace(choice, reason=fault.reason) for choice in generation.choices)
    return msgspec.structs.replace(generation, choices=choices)


def strike(fault: UnknownFinishReason, plan: Plan, _context: Context) -> Plan | None:
    """The plan as it is, if the reason stands in it: OpenAI's responses have no place for one."""
    reason = f'"{fault.reason}"'.encode()
    return plan if any(reason in frame.data for frame in plan.frames) else None
