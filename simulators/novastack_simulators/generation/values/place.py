"""Where in a value we are, and how much work the value has cost so far."""

from dataclasses import dataclass, replace
from random import Random
from typing import Final

from novastack_simulators.generation.seed import seeded, stamp
from novastack_simulators.generation.values.document import Document
from novastack_simulators.generation.values.error import BadSchemaError, Unfit

STEPS: Final = 2500
RICH: Final = 200
FLAT: Final = 4
DEEPEST: Final = 60


class Work:
    """The attempts made for one value."""

    steps = 0

    def spend(self, where: str) -> None:
        """Counts one attempt. Raises BadSchemaError when they are too many."""
        self.steps += 1
        if self.steps > STEPS:
            raise TooMuchError(where, f"no value was found in {STEPS} steps")


class TooMuchError(BadSchemaError):
    """The bound of work: no other branch is tried after it."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """`seed` stands for the path in the value and the attempts on the way, `where` is the path in the schema.

    `name` is the property's, `depth` the number of levels above, `salt` which attempt this is.
    """

    document: Document
    work: Work
    seed: bytes
    where: str = "$"
    name: str = ""
    depth: int = 0
    salt: int = 0

    def into(self, step: str | int, where: str, name: str) -> "Place":
        """The place of a part. Raises Unfit beyond the deepest level."""
        if self.depth >= DEEPEST:
            raise Unfit(self.where, "the schema never ends")
        seed, where = stamp(self.seed, self.salt, step), f"{self.where}.{where}"
        return replace(self, seed=seed, where=where, name=name, depth=self.depth + 1, salt=0)

    def again(self, salt: int) -> "Place":
        return replace(self, salt=salt)

    @property
    def lean(self) -> bool:
        """Whether to make no more than must be: deep down, or when much has been made already."""
        return self.depth >= FLAT or self.work.steps > RICH

    def rng(self, *parts: str | int) -> Random:
        """The randomness of this attempt at this place and nothing else."""
        return seeded(self.seed, self.salt, *parts)
