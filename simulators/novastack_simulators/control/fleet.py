"""All upstreams of the process by the port of any of them: what each has, and the same change to all or to none.

A change is asked of one after the other without waiting for anything, so nobody sees a part of it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from novastack_simulators.control.errors import answer
from novastack_simulators.control.inside import Answered, HandedOn, ask
from novastack_simulators.edge.protocol import COLD, is_cold
from novastack_simulators.fleet import Fleet
from novastack_simulators.refusal import Refusal
from novastack_simulators.upstream import Upstream

# What can be said to all: what depends on a single upstream's profile, or reads by a sequence number, cannot.
NOUNS: Final = (
    "faults",
    "stubs",
    "framing",
    "quotas",
    "seed",
    "speed",
    "tempo",
    "reset",
    "journal",
    "selfcheck",
    "scopes",
)
NDJSON: Final = "application/x-ndjson"
Noun = Annotated[str, Path(json_schema_extra={"enum": list(NOUNS)})]
# For the page of documentation: what may be sent is what the noun takes.
ANY: Final[dict[str, Any]] = {"requestBody": {"content": {"application/json": {"schema": {}}}}}


class UnableError(Exception):
    """One of the upstreams cannot, and this is what it answers."""

    def __init__(self, name: str, answered: Answered) -> None:
        super().__init__(name)
        self.name = name
        self.answered = answered


def routes(router: APIRouter, _upstream: Upstream, fleet: Fleet) -> None:
    _of_all(router, fleet)
    _of_one(router, fleet)


def _of_all(router: APIRouter, fleet: Fleet) -> None:
    @router.get("/_sim/fleet", tags=["fleet"])
    async def listed() -> dict[str, Any]:
        """Every upstream, by name."""
        return {name: _about(member.upstream) for name, member in fleet.members.items()}

    @router.get("/_sim/fleet/{noun}", tags=["fleet"])
    async def read_all(noun: Noun, request: Request) -> Response:
        """What each upstream answers to `GET /_sim/<noun>`, by name; of journals as NDJSON, one after the other."""
        if "follow" in request.query_params:
            text = "one upstream at a time can be followed: GET /_sim/upstreams/<name>/journal?follow=true"
            raise Refusal("invalid", param="query.follow", message=text)
        return await _all(fleet, noun, request)

    @router.put("/_sim/fleet/{noun}", tags=["fleet"], openapi_extra=ANY)
    async def replace_all(noun: Noun, request: Request) -> Response:
        """`PUT /_sim/<noun>` of every upstream; if one of them cannot, none is changed."""
        return await _all(fleet, noun, request)

    @router.delete("/_sim/fleet/{noun}", tags=["fleet"])
    async def remove_all(noun: Noun, request: Request) -> Response:
        """`DELETE /_sim/<noun>` of every upstream."""
        return await _all(fleet, noun, request)

    @router.post("/_sim/fleet/{noun}", tags=["fleet"])
    async def act_on_all(noun: Noun, request: Request) -> Response:
        """`POST /_sim/<noun>` of every upstream: reset."""
        return await _all(fleet, noun, request)


def _of_one(router: APIRouter, fleet: Fleet) -> None:
    @router.get("/_sim/upstreams/{name}", tags=["fleet"])
    async def about_one(name: str) -> Response:
        """`/_sim` of the named upstream."""
        return _one(fleet, name)

    @router.get("/_sim/upstreams/{name}/{rest:path}", tags=["fleet"])
    @router.put("/_sim/upstreams/{name}/{rest:path}", tags=["fleet"], openapi_extra=ANY)
    @router.post("/_sim/upstreams/{name}/{rest:path}", tags=["fleet"], openapi_extra=ANY)
    @router.delete("/_sim/upstreams/{name}/{rest:path}", tags=["fleet"])
    async def one(name: str, rest: str) -> Response:
        """`/_sim/<rest>` of the named upstream, as it comes."""
        return _one(fleet, name, rest)


def _about(upstream: Upstream) -> dict[str, Any]:
    setting = upstream.setting
    return {"profile": setting.profile.model, "dialect": setting.dialect.name, "speed": setting.speed}


def _one(fleet: Fleet, name: str, rest: str = "") -> Response:
    """The page of documentation asks for the whole path, with the upstream's before it."""
    member = fleet.members.get(name)
    if member is None:
        return answer(f"no upstream {name!r}: known are {', '.join(fleet.members)}", status=404)
    path = f"/{rest}" if is_cold(f"/{rest}") else f"{COLD}/{rest}"
    return HandedOn(member.control, path.rstrip("/"), f"/_sim/upstreams/{name}")


async def _all(fleet: Fleet, noun: str, request: Request) -> Response:
    if noun not in NOUNS:
        return answer(f"{noun!r} cannot be asked of all: expected one of {', '.join(NOUNS)}", status=404)
    body, state = await request.body(), fleet.state()
    try:
        found = await _asked(fleet, noun, request, body)
    except BaseException:
        if request.method != "GET":
            fleet.restore(state)
        raise
    return _together(found)


async def unable(_request: Request, error: Any) -> Response:
    """What the one that cannot answers, with its name."""
    answered = error.answered
    return JSONResponse({"upstream": error.name, **answered.json()}, answered.status)


async def _asked(fleet: Fleet, noun: str, request: Request, body: bytes) -> Mapping[str, Answered]:
    """What each says. Raises UnableError if one cannot."""
    found: dict[str, Answered] = {}
    for name, member in fleet.members.items():
        found[name] = await ask(member.control, request, f"/_sim/{noun}", body)
        if found[name].status >= 400:
            raise UnableError(name, found[name])
    return found


def _together(found: Mapping[str, Answered]) -> Response:
    """What each said: by name, or line after line; nothing where none said anything."""
    if all(answered.status == 204 for answered in found.values()):
        return Response(status_code=204)
    if all(answered.kind.startswith(NDJSON) for answered in found.values()):
        return Response(b"".join(answered.body for answered in found.values()), media_type=NDJSON)
    body = msgspec.json.encode({name: msgspec.Raw(answered.body) for name, answered in found.items()})
    return Response(body, media_type="application/json")
