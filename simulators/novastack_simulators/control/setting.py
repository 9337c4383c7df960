"""How an upstream is set up: its profile, its tempo, and how fast its clock runs."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import Field

from novastack_simulators.config import known_profile
from novastack_simulators.fleet import Fleet
from novastack_simulators.profile import Quirks, Strict, Tempo
from novastack_simulators.refusal import Refusal
from novastack_simulators.upstream import Upstream


class Simulated(Strict):
    """A shipped profile's name or a file's path, and the quirks that differ from it."""

    profile: str
    quirks: Quirks = Quirks()


class Speed(Strict):
    """20 is twenty times faster than the model."""

    speed: float = Field(ge=0.001, strict=True, allow_inf_nan=False)


def routes(router: APIRouter, upstream: Upstream, fleet: Fleet) -> None:
    _profile(router, upstream, fleet)
    _tempo(router, upstream, fleet)

    @router.get("/_sim/speed", tags=["setting"])
    async def read() -> dict[str, float]:
        """How many times faster than the model it is."""
        return {"speed": upstream.setting.speed}

    @router.put("/_sim/speed", tags=["setting"])
    async def replace(speed: Speed) -> Speed:
        """For answers that begin from now on."""
        fleet.change(upstream.setting.name, speed=speed.speed)
        return speed


def _profile(router: APIRouter, upstream: Upstream, fleet: Fleet) -> None:
    @router.get("/_sim/profile", tags=["setting"])
    async def read() -> dict[str, Any]:
        """The whole profile, each figure with its source."""
        return upstream.setting.profile.model_dump(mode="json", by_alias=True)

    @router.put("/_sim/profile", tags=["setting"])
    async def replace(profile: Simulated) -> dict[str, Any]:
        """Another profile, with its own tempo; faults, stubs and quotas are the configured ones again."""
        try:
            known_profile(profile.profile)
            fleet.change(upstream.setting.name, profile=profile.profile, quirks=profile.quirks, tempo=None)
        except ValueError as error:
            raise Refusal("invalid", param="profile.profile", message=str(error)) from None
        return upstream.setting.profile.model_dump(mode="json", by_alias=True)


def _tempo(router: APIRouter, upstream: Upstream, fleet: Fleet) -> None:
    def listed() -> dict[str, Any]:
        return upstream.setting.profile.tempo.model_dump(mode="json", by_alias=True)

    @router.get("/_sim/tempo", tags=["setting"])
    async def read() -> dict[str, Any]:
        """When it speaks."""
        return listed()

    @router.put("/_sim/tempo", tags=["setting"])
    async def replace(tempo: Annotated[Tempo, Body()]) -> dict[str, Any]:
        """For answers that begin from now on."""
        fleet.change(upstream.setting.name, tempo=tempo)
        return listed()

    @router.delete("/_sim/tempo", tags=["setting"])
    async def remove() -> dict[str, Any]:
        """The profile's own again."""
        fleet.change(upstream.setting.name, tempo=None)
        return listed()
