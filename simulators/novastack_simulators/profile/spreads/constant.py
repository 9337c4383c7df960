"""`constant`: always the same."""

from random import Random
from typing import Literal

from pydantic import Field

from novastack_simulators.profile.spreads.spread import Base, Draw


class Constant(Base):
    """`value` seconds, each time."""

    kind: Literal["constant"] = "constant"
    value: float = Field(ge=0)

    @property
    def fixed(self) -> float:
        return self.value

    def drawer(self, rng: Random) -> Draw:  # noqa: ARG002 - the signature of every spread
        value = self.value
        return lambda: value
