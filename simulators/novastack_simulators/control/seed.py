"""The seed: another seed, other answers."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from novastack_simulators.control.scoped import scoped
from novastack_simulators.profile import Strict
from novastack_simulators.scope import Scope
from novastack_simulators.upstream import Upstream


class Seed(Strict):
    """A whole number."""

    seed: int = Field(strict=True)


def routes(router: APIRouter, upstream: Upstream) -> None:
    at = scoped(upstream)

    @router.get("/_sim/seed", tags=["seed"])
    async def read(scope: Annotated[Scope, Depends(at)]) -> Seed:
        """The seed in force."""
        return Seed(seed=scope.seed)

    @router.put("/_sim/seed", tags=["seed"])
    async def replace(seed: Seed, scope: Annotated[Scope, Depends(at)]) -> Seed:
        """Sets the seed; answers from now on are made with it."""
        scope.seed = seed.seed
        return seed
