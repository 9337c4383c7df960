"""`empirical`: values that were seen, each as likely as the others; one that was seen twice is listed twice."""

from functools import partial
from random import Random
from typing import Annotated, Literal

from pydantic import Field

from novastack_simulators.profile.spreads.spread import Base, Draw


class Empirical(Base):
    """One of `values`, in seconds."""

    kind: Literal["empirical"] = "empirical"
    values: tuple[Annotated[float, Field(ge=0)], ...] = Field(min_length=1)

    @property
    def fixed(self) -> float | None:
        return self.values[0] if min(self.values) == max(self.values) else None

    def drawer(self, rng: Random) -> Draw:
        return partial(rng.choice, self.values)
