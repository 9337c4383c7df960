"""The control plane of one upstream, on its own port under /_sim: journal, reset, faults, stubs, documentation."""

from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.types import ASGIApp, Receive, Scope, Send

from novastack_simulators.faults import FAULTS, AnyFault
from novastack_simulators.stubs import Shelf, Stubs
from novastack_simulators.upstream import Upstream


def control(upstream: Upstream) -> FastAPI:
    """The FastAPI application. Its changes are atomic: a list with one bad fault changes nothing."""
    setting = upstream.setting
    # FastAPI's own page loads its scripts from a CDN; this one brings them along.
    app = FastAPIOffline(
        title=f"Simulated upstream {setting.name}",
        docs_url="/_sim/docs",
        redoc_url=None,
        openapi_url="/_sim/openapi.json",
        static_url="/_sim/static",
        swagger_ui_oauth2_redirect_url="/_sim/docs/oauth2-redirect",
        exception_handlers={RequestValidationError: _invalid},
    )

    @app.get("/_sim")
    async def about() -> dict[str, Any]:
        """Who this upstream is."""
        return {
            "upstream": setting.name,
            "profile": setting.profile.model,
            "dialect": setting.dialect.name,
            "models": list(setting.profile.models),
            "seed": setting.seed,
            "speed": setting.speed,
        }

    @app.get("/_sim/journal")
    async def journal(
        request_id: str | None = None,
        canary: str | None = None,
        limit: Annotated[int | None, Query(ge=0)] = None,
    ) -> dict[str, Any]:
        """What arrived, oldest first; of more than `limit` entries the newest."""
        return upstream.journal.report(request_id=request_id, canary=canary, limit=limit)

    @app.post("/_sim/reset", status_code=204)
    async def reset() -> Response:
        """Clears the journal and the attempt counters; the faults and stubs are the configured ones again."""
        upstream.reset()
        return Response(status_code=204)

    _faults(app, upstream)
    _stubs(app, upstream)
    app.add_middleware(JsonBodies)
    return app


class JsonBodies:
    """Takes every body for JSON, whatever its Content-Type says: what curl sends by default is a form's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            others = [header for header in scope["headers"] if header[0] != b"content-type"]
            scope = {**scope, "headers": [*others, (b"content-type", b"application/json")]}
        await self._app(scope, receive, send)


def _faults(app: FastAPI, upstream: Upstream) -> None:
    def listed() -> list[dict[str, Any]]:
        return [fault.model_dump(mode="json", by_alias=True, exclude_none=True) for fault in upstream.faults]

    @app.get("/_sim/faults")
    async def read() -> list[dict[str, Any]]:
        """The faults in force; the first one that applies to a request strikes."""
        return listed()

    @app.put("/_sim/faults")
    async def replace(faults: list[AnyFault]) -> list[dict[str, Any]]:
        """Replaces all faults."""
        upstream.faults = tuple(faults)
        return listed()

    @app.delete("/_sim/faults", status_code=204)
    async def disarm() -> Response:
        """Removes all faults."""
        upstream.faults = ()
        return Response(status_code=204)


def _stubs(app: FastAPI, upstream: Upstream) -> None:
    def listed() -> list[dict[str, Any]]:
        return [stub.model_dump(mode="json", by_alias=True, exclude_unset=True) for stub in upstream.shelf.stubs]

    @app.get("/_sim/stubs")
    async def read_stubs() -> list[dict[str, Any]]:
        """The stubs in force; of those that match a request, the one of the highest priority replies."""
        return listed()

    @app.put("/_sim/stubs")
    async def replace_stubs(stubs: Stubs) -> list[dict[str, Any]]:
        """Replaces all stubs; their sequences start again."""
        upstream.shelf = Shelf(stubs)
        return listed()

    @app.delete("/_sim/stubs", status_code=204)
    async def remove_stubs() -> Response:
        """Removes all stubs: the model speaks for itself."""
        upstream.shelf = Shelf(())
        return Response(status_code=204)


async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    """422 with a sentence for each field: where it is and what was expected."""
    noun = request.url.path.rpartition("/")[2]
    fields = [{"where": _where(noun, problem["loc"]), "message": _said(problem)} for problem in error.errors()]
    message = "; ".join(f"{field['where']}: {field['message']}" for field in fields)
    return JSONResponse({"error": {"message": message, "fields": fields}}, status_code=422)


def _said(problem: dict[str, Any]) -> str:
    return str(problem["msg"]).removeprefix("Value error, ")


def _where(noun: str, place: tuple[str | int, ...]) -> str:
    """`faults[0].at` of FastAPI's ("body", 0, "status", "at"); the name of the chosen fault is left out."""
    first, *rest = place
    start = noun if first == "body" else str(first)
    kept = [step for index, step in enumerate(rest) if not (index == 1 and noun == "faults" and step in FAULTS)]
    return start + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in kept)
