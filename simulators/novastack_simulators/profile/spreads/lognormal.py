"""`lognormal`: its logarithm is normal, so that a long tail lies above the median. What a spread is by default."""

import math
from functools import partial
from random import Random
from typing import Literal

from pydantic import Field

from novastack_simulators.profile.spreads.spread import Base, Draw


class Lognormal(Base):
    """`value` is the median in seconds, `sigma` the standard deviation of the logarithm."""

    kind: Literal["lognormal"] = "lognormal"
    value: float = Field(ge=0)
    sigma: float = Field(ge=0)

    @property
    def fixed(self) -> float | None:
        return self.value if self.sigma == 0 or self.value == 0 else None

    def drawer(self, rng: Random) -> Draw:
        if self.value == 0:
            return lambda: 0.0
        return partial(rng.lognormvariate, math.log(self.value), self.sigma)
