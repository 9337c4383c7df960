"""One control plane asks another of the same process: whole answers, and answers that are handed on."""

import asyncio
from typing import Any

import msgspec
import pytest
from fastapi import Request

from novastack_simulators.control.inside import HandedOn, ask


def request(method: str, query: bytes = b"") -> Request:
    """What a client asked, of whatever path."""
    http = {"type": "http", "http_version": "1.1", "asgi": {"version": "3.0", "spec_version": "2.3"}}
    asked = {"method": method, "path": "/x", "query_string": query, "headers": [], "scheme": "http"}
    return Request({**http, **asked, "server": ("sim", 80), "client": ("127.0.0.1", 1), "route": object()})


def at_once(waiting: Any) -> Any:
    """The result of a coroutine that is run a single step. Fails if it waits for anything."""
    with pytest.raises(StopIteration) as stopped:
        waiting.send(None)
    return stopped.value.value


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/_sim/faults", b""),
        ("PUT", "/_sim/faults", b'[{"do":"cut"}]'),
        ("PUT", "/_sim/faults", b'[{"do":"x"}]'),
        ("PUT", "/_sim/stubs", b"[]"),
        ("PUT", "/_sim/framing", b'"one-byte"'),
        ("PUT", "/_sim/quotas", b'{"requests":5}'),
        ("PUT", "/_sim/seed", b'{"seed":1}'),
        ("PUT", "/_sim/speed", b'{"speed":2}'),
        ("DELETE", "/_sim/tempo", b""),
        ("POST", "/_sim/reset", b""),
        ("POST", "/_sim/explain", b"{}"),
        ("PUT", "/_sim/nowhere", b""),
    ],
)
def test_a_change_waits_for_nothing(plane: Any, method: str, path: str, body: bytes) -> None:
    """So that a change of all upstreams is made in one turn of the loop, and nobody sees the half of it."""
    app = plane.fleet.members[plane.first].control
    answered = at_once(ask(app, request(method, b"scope=a"), path, body))
    assert answered.status in (200, 204, 404, 422)


def test_what_streams_is_gathered(plane: Any) -> None:
    """The journal is written piece by piece, and waits for a client to leave who never does."""
    plane.chat()
    app = plane.fleet.members[plane.first].control
    answered = asyncio.run(asyncio.wait_for(ask(app, request("GET"), "/_sim/journal", b""), 10))
    assert ("application/json", 1) == (answered.kind, len(answered.json()["entries"]))


def test_what_is_handed_on_comes_piece_by_piece_and_ends_when_the_client_leaves(plane: Any) -> None:
    """A follower sees each entry when it ends, with nothing in between that gathers them."""
    app = plane.fleet.members[plane.first].control
    asked, left = request("GET", b"follow=true&fields=sequence"), asyncio.Event()
    heard: list[Any] = []

    async def receive() -> dict[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        heard.append(message.get("body", message["type"]))
        if len(heard) == 2:
            left.set()
        elif len(heard) == 1:
            plane.chat()

    async def follow() -> None:
        await asyncio.wait_for(HandedOn(app, "/_sim/journal")(dict(asked.scope), receive, send), 10)

    asyncio.run(follow())
    assert "http.response.start" == heard[0]
    assert {"sequence": 1} == msgspec.json.decode(heard[1])
