"""The framing in force."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Response

from novastack_simulators.control.scoped import scoped
from novastack_simulators.framing import DEFAULT, AnyFraming
from novastack_simulators.scope import Scope
from novastack_simulators.upstream import Upstream


def listed(scope: Scope) -> dict[str, Any]:
    return scope.framing.model_dump(mode="json", by_alias=True)


def routes(router: APIRouter, upstream: Upstream) -> None:
    at = scoped(upstream)

    @router.get("/_sim/framing", tags=["framing"])
    async def read(scope: Annotated[Scope, Depends(at)]) -> dict[str, Any]:
        """How events are put on the wire."""
        return listed(scope)

    @router.put("/_sim/framing", tags=["framing"])
    async def replace(framing: Annotated[AnyFraming, Body()], scope: Annotated[Scope, Depends(at)]) -> dict[str, Any]:
        """Replaces it: the name of a framing, or a mapping; what is not given is as by default."""
        scope.framing = framing
        return listed(scope)

    @router.delete("/_sim/framing", status_code=204, tags=["framing"])
    async def remove(scope: Annotated[Scope, Depends(at)]) -> Response:
        """Plain events again, each in one write."""
        scope.framing = DEFAULT
        return Response(status_code=204)
