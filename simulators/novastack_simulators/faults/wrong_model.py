"""`wrong_model`: another model's name stands in the answer, as when a gateway or a provider serves something else."""

from typing import Any, Literal

from pydantic import Field

from novastack_simulators.faults.at import BEGINNING, EventAt, place
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import envelopes, rewritten
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan


class WrongModel(Fault):
    """`model` is the name that stands there from the phase on."""

    do: Literal["wrong_model"]
    at: EventAt = "before_headers"
    model: str = Field(default="some-other-model", min_length=1, max_length=200)


def strike(fault: WrongModel, plan: Plan, _context: Context) -> Plan | None:
    """Every model from the phase on is another."""

    def edit(body: dict[str, Any]) -> bool:
        named = [each for each in envelopes(body) if "model" in each]
        for each in named:
            each["model"] = fault.model
        return bool(named)

    index = place(plan.frames, fault.at)
    return None if index is None else rewritten(plan, index, edit)


def unfit(fault: WrongModel, dialect: str) -> str | None:
    """Anthropic's message_start comes first and says it alone."""
    if dialect != "anthropic" or fault.at in BEGINNING:
        return None
    return "Anthropic says the model once, in message_start: let `at` be before_headers"
