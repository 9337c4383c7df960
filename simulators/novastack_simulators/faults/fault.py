"""What every fault shares: where it strikes (`at`), when and to which requests (`when`, `where`), and its `name`. Pure."""

from functools import cached_property
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, ValidationError, model_validator

from novastack_simulators.faults.at import At
from novastack_simulators.faults.check import Check, checks
from novastack_simulators.faults.when import ALWAYS, Moments
from novastack_simulators.faults.wording import retold
from novastack_simulators.matching import Where


class Fault(BaseModel):
    """One failure mode. Its sub-classes add `do` and their parameters. The journal tells it by its name."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    do: str
    at: At = "before_headers"
    when: Moments = ALWAYS
    where: Where | None = None
    name: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")

    @model_validator(mode="wrap")
    @classmethod
    def _told(cls, given: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return read(given)
        except ValidationError as error:
            known = ", ".join(field.alias or name for name, field in cls.model_fields.items())
            raise retold(error, known) from None

    @property
    def told(self) -> str:
        """What the journal says."""
        return self.name or self.do

    @cached_property
    def mark(self) -> str:
        """All of the fault, in words: two that differ draw differently."""
        return self.model_dump_json()

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """All that must hold for it to apply."""
        return checks(self.when, self.where, self.mark)
