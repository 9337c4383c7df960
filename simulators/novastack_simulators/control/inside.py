"""Asks a control plane of the same process, without a socket: for a whole answer, or for one that is handed on."""

import asyncio
from collections.abc import MutableMapping
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What the application that was asked first has put there, and the next one puts there for itself.
OWN: Final = frozenset({"router", "endpoint", "path_params", "route"})


class Answered(NamedTuple):
    """A whole answer."""

    status: int
    kind: str
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body) if self.body else {}


async def ask(app: ASGIApp, request: Request, path: str, body: bytes) -> Answered:
    """The same request at another path of another application. Where that does not wait, neither does this."""
    parts: list[bytes] = []
    head: MutableMapping[str, Any] = {}
    asked = iter(({"type": "http.request", "body": body, "more_body": False},))

    async def receive() -> Message:
        message = next(asked, None)
        # Who streams waits for the client to leave: this one stays.
        return await asyncio.get_running_loop().create_future() if message is None else message

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            head.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(_moved(request.scope, path), receive, send)
    kinds = [value.decode("latin-1") for name, value in head.get("headers", ()) if name == b"content-type"]
    return Answered(head["status"], kinds[0] if kinds else "application/json", b"".join(parts))


class HandedOn(Response):
    """What another application answers to the same request at another path, as it comes. It stands under `root`."""

    def __init__(self, app: ASGIApp, path: str, root: str = "") -> None:
        super().__init__()
        self._app = app
        self._path = path
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(_moved(scope, self._path, self._root), receive, send)


def _moved(scope: Scope, path: str, root: str = "") -> Scope:
    """ASGI 3, HTTP connection scope: the path begins with the root path."""
    kept = {name: value for name, value in scope.items() if name not in OWN}
    whole = root + path
    return {**kept, "path": whole, "raw_path": whole.encode(), "root_path": root}
