"""`finish`: the answer ends early with a finish reason of the caller's choice, such as a provider that runs out of room."""

from typing import Annotated, Literal

import msgspec
from pydantic import Field

from novastack_simulators.faults.at import Counted, Named, taking
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.fault import Fault
from novastack_simulators.generation import Choice, Generation
from novastack_simulators.generation.choice import shortened
from novastack_simulators.plan import Plan


class Finish(Fault):
    """`reason` is written as it stands where the provider writes its finish reason."""

    do: Literal["finish"]
    at: Annotated[Named | Counted, taking("before_finish", "after_tokens")] = "before_finish"
    reason: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")


def ended(fault: Finish, generation: Generation) -> Generation:
    """Each choice cut after so many tokens, or whole, with the fault's reason."""
    choices = tuple(_ended(choice, fault) for choice in generation.choices)
    return msgspec.structs.replace(generation, choices=choices)


def _ended(choice: Choice, fault: Finish) -> Choice:
    limit = fault.at["after_tokens"] if isinstance(fault.at, dict) else None
    return msgspec.structs.replace(shortened(choice, limit), reason=fault.reason)


def strike(_fault: Finish, plan: Plan, _context: Context) -> Plan:
    """The plan as it is: what is said has been changed already."""
    return plan
