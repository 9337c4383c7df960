"""`wrong_id`: from a phase on the answer has another id, as if two answers had been mixed."""

from typing import Any, Final, Literal

from pydantic import Field

from novastack_simulators.faults.at import BEGINNING, EventAt, place
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import envelopes, rewritten
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan

MADE: Final = 12


class WrongId(Fault):
    """`id` is the other one; without it the end of the right one is changed."""

    do: Literal["wrong_id"]
    at: EventAt = "first_text"
    id: str | None = Field(default=None, max_length=200)


def strike(fault: WrongId, plan: Plan, context: Context) -> Plan | None:
    """Every id of the answer from the phase on is another, the same in all of its events."""

    def edit(body: dict[str, Any]) -> bool:
        named = [each for each in envelopes(body) if isinstance(each.get("id"), str)]
        for each in named:
            each["id"] = other(each["id"]) if fault.id is None else fault.id
        return bool(named)

    def other(right: str) -> str:
        return right[:-MADE] + context.stamp.hex().rjust(MADE, "0")[:MADE]

    index = place(plan.frames, fault.at)
    return None if index is None else rewritten(plan, index, edit)


def unfit(fault: WrongId, dialect: str) -> str | None:
    """Anthropic's message_start comes first and says it alone."""
    if dialect != "anthropic" or fault.at in BEGINNING:
        return None
    return "Anthropic says the id once, in message_start: let `at` be before_headers"
