"""`uniform`: every value between two bounds is equally likely."""

from functools import partial
from random import Random
from typing import Literal, Self

from pydantic import Field, model_validator

from novastack_simulators.profile.spreads.spread import Base, Draw


class Uniform(Base):
    """Between `least` and `most` seconds."""

    kind: Literal["uniform"] = "uniform"
    least: float = Field(ge=0)
    most: float = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least > self.most:
            raise ValueError(f"`least` is {self.least:g} and `most` {self.most:g}: expected least <= most")
        return self

    @property
    def fixed(self) -> float | None:
        return self.least if self.least == self.most else None

    def drawer(self, rng: Random) -> Draw:
        return partial(rng.uniform, self.least, self.most)
