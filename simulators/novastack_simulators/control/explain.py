"""What would become of a request, and why."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field

from novastack_simulators.control.scoped import named
from novastack_simulators.explanation import Wanted, explanation
from novastack_simulators.profile import Strict
from novastack_simulators.upstream import Upstream


class Asked(Strict):
    """A request: its body, and what differs from a plain chat with an accepted key."""

    body: Any
    path: str | None = None
    method: str = "POST"
    headers: dict[str, str] = Field(default_factory=dict)
    attempt: int = Field(default=1, ge=1)


def routes(router: APIRouter, upstream: Upstream) -> None:
    @router.post("/_sim/explain", tags=["explain"])
    async def explain(request: Asked, scope: Annotated[str | None, Depends(named)]) -> dict[str, Any]:
        """Which stub would reply, which fault would strike and why the others would not, and what would be due when."""
        return explanation(upstream, Wanted(**request.model_dump()), scope or "")
