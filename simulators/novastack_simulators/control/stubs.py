"""The stubs in force."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from novastack_simulators.control.scoped import scoped
from novastack_simulators.scope import Scope
from novastack_simulators.stubs import Stubs
from novastack_simulators.upstream import Upstream


def listed(scope: Scope) -> list[dict[str, Any]]:
    return [stub.model_dump(mode="json", by_alias=True, exclude_unset=True) for stub in scope.shelf.stubs]


def routes(router: APIRouter, upstream: Upstream) -> None:
    at = scoped(upstream)

    @router.get("/_sim/stubs", tags=["stubs"])
    async def read(scope: Annotated[Scope, Depends(at)]) -> list[dict[str, Any]]:
        """The stubs in force; of those that match a request, the one of the highest priority replies."""
        return listed(scope)

    @router.put("/_sim/stubs", tags=["stubs"])
    async def replace(stubs: Stubs, scope: Annotated[Scope, Depends(at)]) -> list[dict[str, Any]]:
        """Replaces all stubs; their sequences start again."""
        scope.stock(stubs)
        return listed(scope)

    @router.delete("/_sim/stubs", status_code=204, tags=["stubs"])
    async def remove(scope: Annotated[Scope, Depends(at)]) -> Response:
        """Removes all stubs: the model speaks for itself."""
        scope.stock(())
        return Response(status_code=204)
