"""All that is not hot, as a FastAPI application: models, health, metrics, docs, and an error for everything else.

It answers `POST /v1/chat/completions` too, through the ASGI twin, so that it works under any ASGI server.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from importlib.metadata import version
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRouter
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.routing import Route

from novastack_gateway.edge import asgi
from novastack_gateway.errors import JSON, Problem, internal, no_method, no_path
from novastack_gateway.metrics import Metrics
from novastack_gateway.models import Catalog
from novastack_gateway.pipeline import Pipeline, request_id
from novastack_gateway.reference import described
from novastack_gateway.routing import PATH_TAIL

Scope = MutableMapping[str, Any]


class _Chat:
    """The chat route as a plain ASGI application: FastAPI's own request handling would read the body first."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def __call__(self, scope: Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        path = scope["path"]
        if scope.get("raw_path", path.encode()) == path.encode():
            await asgi.answer(scope, receive, send, self._pipeline.chat)
        else:  # written with escapes: another spelling of a path is another path (case PTH-01)
            await respond(no_path(scope["method"], path))(scope, receive, send)


class RequestIds:
    """Gives every reply of the application an `x-request-id`, and the headers that its route left for it."""

    def __init__(self, app: Callable[..., Awaitable[None]], new_id: Callable[[], bytes]) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        chosen = request_id(scope["headers"], self._new_id)

        async def send_named(message: asgi.Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                if not any(name == b"x-request-id" for name, _ in headers):
                    headers += [(b"x-request-id", chosen), (b"x-novastack-upstream", b"none")]
                    headers += scope.get("state", {}).get("headers", ())
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_named)


def respond(problem: Problem) -> Response:
    headers = {name.decode(): value.decode("latin-1") for name, value in problem.headers}
    return Response(problem.body(), problem.status, headers, media_type=JSON[1].decode())


def application(*, pipeline: Pipeline, catalog: Catalog, metrics: Metrics) -> Any:
    """The ASGI application behind the hot routes."""
    # FastAPI's own page loads its scripts from a CDN; this one brings them along.
    app = FastAPIOffline(
        title="Novastack gateway",
        description="One OpenAI-compatible key in front of many models.",
        version=version("novastack"),
        redoc_url=None,
        redirect_slashes=False,
    )
    app.openapi = lambda: described(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    app.include_router(_v1(pipeline, catalog))
    app.include_router(_operations(metrics))
    # The bare path and the one that names an upstream are answered alike.
    for path in (PATH_TAIL, "/{upstream}" + PATH_TAIL):
        app.router.routes.append(Route(path, _Chat(pipeline), methods=["POST"]))
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_crash)
    return RequestIds(app, pipeline.new_id)


def _v1(pipeline: Pipeline, catalog: Catalog) -> APIRouter:
    router = APIRouter(tags=["models"])

    def known(request: Request) -> None:
        """Asks who it is, and has every reply say how the caller's limit stands."""
        request.state.headers = pipeline.rate(pipeline.callers.authenticate(request.headers.raw))

    @router.get("/v1/models")
    async def list_models(request: Request) -> dict[str, Any]:
        """The models that this key may use, each with the upstream that serves it."""
        known(request)
        return catalog.all()

    @router.get("/v1/models/{model:path}")
    async def retrieve_model(model: str, request: Request) -> dict[str, Any]:
        """One model, by its id or any of its aliases."""
        known(request)
        return catalog.one(model)

    return router


def _operations(metrics: Metrics) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process is alive."""
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> dict[str, str]:
        """The gateway takes requests."""
        return {"status": "ready"}

    @router.get("/metrics", response_class=Response)
    async def read_metrics() -> Response:
        """Prometheus text."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


async def _on_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return respond(error)


async def _on_http(request: Request, error: Exception) -> Response:
    """Starlette's own 404 and 405, in the shape of every other error."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return respond(no_method(request.method, request.url.path, (error.headers or {}).get("Allow", "")))
    return respond(no_path(request.method, request.url.path))


async def _on_crash(_: Request, __: Exception) -> Response:
    return respond(internal())
