"""Takes every body for JSON, whatever its Content-Type says: what curl sends by default is a form's."""

from starlette.types import ASGIApp, Receive, Scope, Send


class JsonBodies:
    """A middleware in plain ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            others = [header for header in scope["headers"] if header[0] != b"content-type"]
            scope = {**scope, "headers": [*others, (b"content-type", b"application/json")]}
        await self._app(scope, receive, send)
