"""`gamma`: the sum of `shape` exponential waits; 1 is exponential, many are nearly normal."""

from functools import partial
from random import Random
from typing import Literal

from pydantic import Field

from novastack_simulators.profile.spreads.spread import Base, Draw


class Gamma(Base):
    """`value` is the mean in seconds; the variance is its square over `shape`."""

    kind: Literal["gamma"] = "gamma"
    value: float = Field(gt=0)
    shape: float = Field(gt=0)

    def drawer(self, rng: Random) -> Draw:
        return partial(rng.gammavariate, self.shape, self.value / self.shape)
