"""Who an upstream is."""

from typing import Any

from fastapi import APIRouter

from novastack_simulators.upstream import Upstream


def routes(router: APIRouter, upstream: Upstream) -> None:
    @router.get("/_sim", tags=["about"])
    async def about() -> dict[str, Any]:
        """Who this upstream is."""
        setting = upstream.setting
        return {
            "upstream": setting.name,
            "profile": setting.profile.model,
            "dialect": setting.dialect.name,
            "models": list(setting.profile.models),
            "seed": upstream.scopes.whole.seed,
            "speed": setting.speed,
        }
