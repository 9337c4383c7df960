"""Whether the simulator kept its own times."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from novastack_simulators.upstream import Upstream


def routes(router: APIRouter, upstream: Upstream) -> None:
    @router.get("/_sim/selfcheck", tags=["selfcheck"])
    async def selfcheck(allowed_ms: Annotated[float, Query(gt=0, allow_inf_nan=False)] = 5.0) -> dict[str, Any]:
        """How late events were sent against their plan since the last reset, and how evenly over the streams."""
        return {"upstream": upstream.setting.name, **upstream.lateness.report(allowed_ms / 1000)}

    @router.get("/_sim/journal/{sequence}/times", tags=["selfcheck"])
    async def times(sequence: int) -> dict[str, Any]:
        """The planned and the actual time of each event of one answer, in seconds after its arrival."""
        found = upstream.times.report(sequence)
        if found is None:
            text = f"the times of entry {sequence} are not kept: it is under way, or not among the last thousand"
            raise HTTPException(404, text)
        return found
