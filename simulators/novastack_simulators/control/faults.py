"""The faults in force."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request, Response

from novastack_simulators.control.scoped import scoped
from novastack_simulators.faults import READER, Faults, unfit
from novastack_simulators.refusal import Refusal
from novastack_simulators.scope import Scope
from novastack_simulators.upstream import Upstream


def listed(scope: Scope) -> list[dict[str, Any]]:
    return [fault.model_dump(mode="json", by_alias=True, exclude_none=True) for fault in scope.faults]


def _places(given: Sequence[Any]) -> Iterator[int]:
    """For each fault its place in the list that was given, where a preset stands for several."""
    for place, each in enumerate(given):
        yield from (place for _ in READER.validate_python([each]))


def routes(router: APIRouter, upstream: Upstream) -> None:
    at = scoped(upstream)

    @router.get("/_sim/faults", tags=["faults"])
    async def read(scope: Annotated[Scope, Depends(at)]) -> list[dict[str, Any]]:
        """The faults in force; the first one that applies to a request strikes."""
        return listed(scope)

    @router.put("/_sim/faults", tags=["faults"])
    async def replace(
        faults: Annotated[Faults, Body()], scope: Annotated[Scope, Depends(at)], request: Request
    ) -> list[dict[str, Any]]:
        """Replaces all faults; those that go by time start now."""
        if wrong := unfit(faults, upstream.setting.dialect.name):
            places = tuple(_places(await request.json()))
            raise Refusal("invalid", fields=[(f"faults[{places[place]}]", why) for place, why in wrong])
        scope.arm(faults, upstream.now())
        return listed(scope)

    @router.delete("/_sim/faults", status_code=204, tags=["faults"])
    async def disarm(scope: Annotated[Scope, Depends(at)]) -> Response:
        """Removes all faults."""
        scope.arm((), upstream.now())
        return Response(status_code=204)
