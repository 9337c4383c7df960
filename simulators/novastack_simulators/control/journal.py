"""What arrived."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from novastack_simulators.upstream import Upstream


def routes(router: APIRouter, upstream: Upstream) -> None:
    @router.get("/_sim/journal", tags=["journal"])
    async def journal(
        request_id: str | None = None,
        canary: str | None = None,
        limit: Annotated[int | None, Query(ge=0)] = None,
    ) -> dict[str, Any]:
        """What arrived, oldest first; of more than `limit` entries the newest."""
        return upstream.journal.report(request_id=request_id, canary=canary, limit=limit)
