"""`wrong_usage`: the answer miscounts what was used."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from novastack_simulators.faults.at import WholeAt
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import envelopes, rewritten
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan

MOST = 10**12


class WrongUsage(Fault):
    """Every count is multiplied by `factor` and raised by `offset`; `values` says single ones by their names."""

    do: Literal["wrong_usage"]
    at: WholeAt = "before_headers"
    factor: float = Field(default=1.0, ge=0, le=1e6, strict=True)
    offset: int = Field(default=0, ge=-MOST, le=MOST, strict=True)
    values: dict[str, int] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.factor == 1 and not self.offset and not self.values:
            raise ValueError("wrong_usage expects a factor that is not 1, an offset that is not 0, or values")
        return self


def strike(fault: WrongUsage, plan: Plan, _context: Context) -> Plan | None:
    """Every usage of the answer, wrong in the same way."""

    def edit(body: dict[str, Any]) -> bool:
        told = [each["usage"] for each in envelopes(body) if isinstance(each.get("usage"), dict)]
        for usage in told:
            usage.update({name: _wrong(fault, count) for name, count in usage.items() if type(count) is int})
            usage.update(fault.values)
        return bool(told)

    return rewritten(plan, 0, edit)


def _wrong(fault: WrongUsage, count: int) -> int:
    return round(count * fault.factor) + fault.offset
