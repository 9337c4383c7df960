"""What would become of a request, and why."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from novastack_simulators.control.scoped import named
from novastack_simulators.explanation import Wanted, explanation
from novastack_simulators.upstream import Upstream


def routes(router: APIRouter, upstream: Upstream) -> None:
    @router.post("/_sim/explain", tags=["explain"])
    async def explain(request: Wanted, scope: Annotated[str | None, Depends(named)]) -> dict[str, Any]:
        """Which stub would reply, which fault would strike and why the others would not, and what would be due when."""
        return explanation(upstream, request, scope or "")
