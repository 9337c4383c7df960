"""The FastAPI application under /_sim, put together. Its changes are atomic: a list with one bad item changes nothing."""

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline

from novastack_simulators.control import (
    about,
    explain,
    faults,
    fleet,
    framing,
    journal,
    metrics,
    quotas,
    reset,
    scopes,
    seed,
    selfcheck,
    setting,
    stubs,
)
from novastack_simulators.control.bodies import JsonBodies
from novastack_simulators.control.errors import HANDLERS, Unable
from novastack_simulators.fleet import Fleet
from novastack_simulators.upstream import Upstream

ROUTES: Final[tuple[Callable[[APIRouter, Upstream], None], ...]] = (
    about.routes,
    journal.routes,
    faults.routes,
    framing.routes,
    stubs.routes,
    quotas.routes,
    seed.routes,
    selfcheck.routes,
    metrics.routes,
    scopes.routes,
    explain.routes,
    reset.routes,
)
WIDER: Final[tuple[Callable[[APIRouter, Upstream, Fleet], None], ...]] = (setting.routes, fleet.routes)


def control(upstream: Upstream, whole: Fleet) -> FastAPI:
    """The control plane of one upstream of a fleet."""
    # FastAPI's own page loads its scripts from a CDN; this one brings them along.
    app = FastAPIOffline(
        title=f"Simulated upstream {upstream.setting.name}",
        docs_url="/_sim/docs",
        redoc_url=None,
        openapi_url="/_sim/openapi.json",
        static_url="/_sim/static",
        swagger_ui_oauth2_redirect_url="/_sim/docs/oauth2-redirect",
        responses={422: {"model": Unable, "description": "It cannot be taken, and nothing is changed."}},
        exception_handlers={**HANDLERS, fleet.UnableError: fleet.unable},
    )
    for routes in ROUTES:
        routes(app.router, upstream)
    for wider in WIDER:
        wider(app.router, upstream, whole)
    for route in app.routes:
        if isinstance(route, APIRoute):
            # The list of operations shows what each does, instead of the name of a function of ours.
            route.summary, route.description = route.description, ""
    app.add_middleware(JsonBodies)
    return app
