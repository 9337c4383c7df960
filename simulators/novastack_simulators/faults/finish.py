"""`finish`: the answer ends early with a finish reason of the caller's choice, such as a provider that runs out of room."""

from typing import Annotated, Any, Literal

import msgspec
from pydantic import BeforeValidator, Field

from novastack_simulators.faults.fault import Fault
from novastack_simulators.generation import Choice, Generation
from novastack_simulators.generation.choice import shortened
from novastack_simulators.plan import Plan


def readable(given: Any) -> Any:
    """Says in one sentence where an answer may end."""
    tokens = given.get("after_tokens") if isinstance(given, dict) and len(given) == 1 else None
    if given == "before_finish" or (isinstance(tokens, int) and not isinstance(tokens, bool) and tokens > 0):
        return given
    raise ValueError(f'expected "before_finish" or {{"after_tokens": 1 or more}}, got {given!r}')


Ending = Annotated[Literal["before_finish"] | dict[Literal["after_tokens"], int], BeforeValidator(readable)]


class Finish(Fault):
    """`reason` is written as it stands where the provider writes its finish reason."""

    do: Literal["finish"]
    at: Ending = "before_finish"
    reason: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")


def ended(fault: Finish, generation: Generation) -> Generation:
    """Each choice cut after so many tokens, or whole, with the fault's reason."""
    choices = tuple(_ended(choice, fault) for choice in generation.choices)
    return msgspec.structs.replace(generation, choices=choices)


def _ended(choice: Choice, fault: Finish) -> Choice:
    limit = fault.at["after_tokens"] if isinstance(fault.at, dict) else None
    return msgspec.structs.replace(shortened(choice, limit), reason=fault.reason)


def strike(_fault: Finish, plan: Plan, _error: Plan) -> Plan:
    """The plan as it is: what is said has been changed already."""
    return plan
