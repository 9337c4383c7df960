"""`normal`: symmetrical about its mean. What would fall below 0 is 0."""

from random import Random
from typing import Literal

from pydantic import Field

from novastack_simulators.profile.spreads.spread import Base, Draw


class Normal(Base):
    """`value` is the mean in seconds, `sigma` the standard deviation in seconds, both before the cut at 0."""

    kind: Literal["normal"] = "normal"
    value: float = Field(ge=0)
    sigma: float = Field(ge=0)

    @property
    def fixed(self) -> float | None:
        return None if self.sigma else self.value

    def drawer(self, rng: Random) -> Draw:
        gauss, value, sigma = rng.gauss, self.value, self.sigma
        return lambda: max(0.0, gauss(value, sigma))
