"""Asks a control plane of the same process, without a socket."""

from typing import Any, NamedTuple

import msgspec
from fastapi import Request
from starlette.types import ASGIApp, Message


class Answered(NamedTuple):
    """A whole answer."""

    status: int
    kind: str
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body) if self.body else {}


async def ask(app: ASGIApp, request: Request, path: str, body: bytes) -> Answered:
    """The same request at another path of another application."""
    parts: list[bytes] = []
    head: dict[str, Any] = {}

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            head.update(message)
        else:
            parts.append(message.get("body", b""))

    scope = {**request.scope, "path": path, "raw_path": path.encode(), "root_path": ""}
    scope = {name: value for name, value in scope.items() if name not in ("router", "endpoint", "path_params", "route")}
    await app(scope, receive, send)
    kinds = [value.decode("latin-1") for name, value in head.get("headers", ()) if name == b"content-type"]
    return Answered(head["status"], kinds[0] if kinds else "application/json", b"".join(parts))
