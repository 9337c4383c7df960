"""The quotas in force, and the truth about what was used of them."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Response

from novastack_simulators.control.scoped import scoped
from novastack_simulators.profile import QuotasConfig
from novastack_simulators.quotas import terms
from novastack_simulators.scope import Scope
from novastack_simulators.upstream import Upstream


def routes(router: APIRouter, upstream: Upstream) -> None:
    at = scoped(upstream)

    def truth(scope: Scope) -> dict[str, Any]:
        now = upstream.now()
        return {"now": now, "limits": [asdict(each) for each in scope.quotas.truth(now)]}

    @router.get("/_sim/quotas", tags=["quotas"])
    async def read(scope: Annotated[Scope, Depends(at)]) -> dict[str, Any]:
        """Every limit of every account: what is used, reserved and left, what was admitted and denied, and the peak."""
        return truth(scope)

    @router.put("/_sim/quotas", tags=["quotas"])
    async def replace(quotas: Annotated[QuotasConfig, Body()], scope: Annotated[Scope, Depends(at)]) -> dict[str, Any]:
        """Enforces these: "profile" for the profile's own, or a mapping of limits to numbers. Accounts start whole."""
        scope.limit(terms(upstream.setting.profile, quotas))
        return truth(scope)

    @router.delete("/_sim/quotas", status_code=204, tags=["quotas"])
    async def remove(scope: Annotated[Scope, Depends(at)]) -> Response:
        """Enforces nothing; the profile's limits are told in headers again."""
        scope.limit(terms(upstream.setting.profile))
        return Response(status_code=204)
