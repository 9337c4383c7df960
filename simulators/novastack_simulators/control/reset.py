"""Starting again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from novastack_simulators.control.scoped import named
from novastack_simulators.upstream import Upstream


def routes(router: APIRouter, upstream: Upstream) -> None:
    @router.post("/_sim/reset", status_code=204, tags=["reset"])
    async def reset(scope: Annotated[str | None, Depends(named)]) -> Response:
        """Forgets what arrived and what was set at run time; with a scope, in that scope only."""
        if scope:
            upstream.reset_scope(scope)
        else:
            upstream.reset()
        return Response(status_code=204)
