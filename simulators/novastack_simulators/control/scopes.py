"""The scopes that are in use."""

from typing import Any

from fastapi import APIRouter, Response

from novastack_simulators.scope import readable
from novastack_simulators.upstream import Upstream


def routes(router: APIRouter, upstream: Upstream) -> None:
    @router.get("/_sim/scopes", tags=["scopes"])
    async def read() -> dict[str, Any]:
        """Their names; the one without a name is always there."""
        return {"scopes": list(upstream.scopes.names)}

    @router.delete("/_sim/scopes/{name}", status_code=204, tags=["scopes"])
    async def close(name: str) -> Response:
        """Forgets a scope, and what the journal has of it."""
        upstream.reset_scope(readable(name, "scope"))
        return Response(status_code=204)
