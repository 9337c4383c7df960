"""All upstreams of the process by the port of any of them: what each has, and the same change to all or to none."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from novastack_simulators.control.inside import Answered, ask
from novastack_simulators.fleet import Fleet, Member
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


def routes(router: APIRouter, _upstream: Upstream, fleet: Fleet) -> None:
    @router.get("/_sim/fleet", tags=["fleet"])
    async def listed() -> dict[str, Any]:
        """Every upstream, by name."""
        return {name: _about(member.upstream) for name, member in fleet.members.items()}

    @router.get("/_sim/fleet/{noun}", tags=["fleet"])
    async def read(noun: str, request: Request) -> Response:
        """What each upstream answers to `GET /_sim/<noun>`, by name."""
        return await _all(fleet, noun, request)

    @router.put("/_sim/fleet/{noun}", tags=["fleet"])
    async def replace(noun: str, request: Request) -> Response:
        """`PUT /_sim/<noun>` of every upstream; if one of them cannot, none is changed."""
        return await _all(fleet, noun, request)

    @router.delete("/_sim/fleet/{noun}", tags=["fleet"])
    async def remove(noun: str, request: Request) -> Response:
        """`DELETE /_sim/<noun>` of every upstream."""
        return await _all(fleet, noun, request)

    @router.post("/_sim/fleet/{noun}", tags=["fleet"])
    async def act(noun: str, request: Request) -> Response:
        """`POST /_sim/<noun>` of every upstream: reset."""
        return await _all(fleet, noun, request)

    @router.get("/_sim/upstreams/{name}/{rest:path}", tags=["fleet"])
    @router.put("/_sim/upstreams/{name}/{rest:path}", tags=["fleet"])
    @router.post("/_sim/upstreams/{name}/{rest:path}", tags=["fleet"])
    @router.delete("/_sim/upstreams/{name}/{rest:path}", tags=["fleet"])
    async def one(name: str, rest: str, request: Request) -> Response:
        """`/_sim/<rest>` of the named upstream."""
        member = fleet.members.get(name)
        if member is None:
            known = ", ".join(fleet.members)
            return JSONResponse({"error": {"message": f"no upstream {name!r}: known are {known}"}}, status_code=404)
        found = await ask(member.control, request, f"/_sim/{rest}", await request.body())
        return Response(found.body, found.status, media_type=found.kind)


def _about(upstream: Upstream) -> dict[str, Any]:
    setting = upstream.setting
    return {"profile": setting.profile.model, "dialect": setting.dialect.name, "speed": setting.speed}


async def _all(fleet: Fleet, noun: str, request: Request) -> Response:
    if noun not in NOUNS:
        text = f"{noun!r} cannot be asked of all: expected one of {', '.join(NOUNS)}"
        return JSONResponse({"error": {"message": text}}, status_code=404)
    body, kept = await request.body(), {name: _state(member) for name, member in fleet.members.items()}
    found: dict[str, Answered] = {}
    config = fleet.config
    for name, member in fleet.members.items():
        answered = await ask(member.control, request, f"/_sim/{noun}", body)
        if answered.status >= 400:
            fleet.config = config
            for undone in found:
                _restore(fleet.members[undone], kept[undone])
            return JSONResponse({"upstream": name, **answered.json()}, status_code=answered.status)
        found[name] = answered
    return _together(found)


def _together(found: Mapping[str, Answered]) -> Response:
    """What each said, by name; nothing where none said anything."""
    if all(answered.status == 204 for answered in found.values()):
        return Response(status_code=204)
    return JSONResponse({name: answered.json() for name, answered in found.items()})


def _state(member: Member) -> Any:
    upstream = member.upstream
    return upstream.setting, {name: upstream.scope(name).state() for name in ("", *upstream.scopes.names)}


def _restore(member: Member, kept: Any) -> None:
    setting, scopes = kept
    if setting is not member.upstream.setting:
        member.upstream.set_up(setting)
    for name, state in scopes.items():
        member.upstream.scope(name).restore(state)
