"""What every spread has: where its figures come from, a draw, and whether it varies at all."""

from collections.abc import Callable
from random import Random

from pydantic import Field

from novastack_simulators.profile.figures import Strict, Sure

Draw = Callable[[], float]


class Base(Strict):
    """Seconds that differ from draw to draw, never below 0."""

    source: str = Field(min_length=1)
    sure: Sure

    @property
    def fixed(self) -> float | None:
        """The one value that every draw has; None where draws differ."""
        return None

    def drawer(self, rng: Random) -> Draw:
        """A function that draws from this generator."""
        raise NotImplementedError
