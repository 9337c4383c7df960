"""What the control plane says of a request that it cannot take: `{"error": {"message", "fields"}}`, always.

422 has a sentence for each field with its place; 404 and 405 have no fields.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from novastack_simulators.faults import FAULTS
from novastack_simulators.profile import Strict
from novastack_simulators.refusal import Refusal

# What pydantic puts into a place besides the steps that lead there: which fault it took. Elsewhere it is told from a
# step by not being in the body, but what a fault does may have the name of one of its keys.
TAGS: Final = frozenset({*FAULTS, "preset"})

# Instead of pydantic's own words, which are those of Python.
WORDS: Final = MappingProxyType({"model_attributes_type": "expected an object", "extra_forbidden": "unknown key"})

Place = tuple[str | int, ...]


def answer(
    message: str, fields: Sequence[Mapping[str, str]] = (), status: int = 422, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "fields": list(fields)}}, status, headers)


class Mistake(Strict):
    """A field that cannot be taken."""

    where: str
    message: str


class Mistakes(Strict):
    """A sentence about all of it, and one for each field."""

    message: str
    fields: list[Mistake]


class Unable(Strict):
    """What cannot be taken changes nothing."""

    error: Mistakes


async def invalid(request: Request, error: Any) -> JSONResponse:
    """Of FastAPI's own validation."""
    noun = _path(request).rpartition("/")[2]
    return _listed([_field(noun, problem, error.body) for problem in error.errors()])


async def refused(_request: Request, refusal: Any) -> JSONResponse:
    """Of a value that only the simulator can judge, such as the name of a scope."""
    details = refusal.details
    found = details.get("fields") or [(details.get("param", ""), details.get("message", refusal.kind))]
    return _listed([{"where": str(where), "message": str(text).removeprefix(f"{where}: ")} for where, text in found])


async def elsewhere(request: Request, error: Any) -> JSONResponse:
    """Of a path or a method that there is not, and of bytes that no JSON can be made of."""
    asked, detail = f"{request.method} {_path(request)}", str(error.detail)
    if error.status_code == 400:
        return answer("the body is not JSON in UTF-8")
    if error.status_code == 405:
        # RFC 9110, 10.2.1; Starlette names the methods of the first route that has the path.
        allowed = ", ".join(_allowed(request))
        return answer(f"there is no {asked}: expected {allowed}", status=405, headers={"allow": allowed})
    return answer(f"there is no {asked}: see /_sim/docs" if detail == "Not Found" else detail, status=error.status_code)


def _path(request: Request) -> str:
    """As the upstream itself has it."""
    return request.url.path.removeprefix(request.scope.get("root_path", ""))


def _allowed(request: Request) -> list[str]:
    """The methods that some route has for the path."""
    fitting = (route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in fitting for method in getattr(route, "methods", ())})


HANDLERS: Final[Mapping[Any, Any]] = {
    RequestValidationError: invalid,
    Refusal: refused,
    HTTPException: elsewhere,
}


def _listed(fields: Sequence[Mapping[str, str]]) -> JSONResponse:
    sentences = (f"{field['where']}: {field['message']}" if field["where"] else field["message"] for field in fields)
    return answer("; ".join(sentences), fields)


def _field(noun: str, problem: Mapping[str, Any], body: Any) -> dict[str, str]:
    if problem["type"] == "json_invalid":
        return {"where": noun, "message": f"not JSON: {problem['ctx']['error']} (at character {problem['loc'][-1]})"}
    first, *steps = problem["loc"]
    if first != "body":
        return {"where": ".".join(map(str, problem["loc"])), "message": _said(problem)}
    if not steps and problem["type"] == "missing":
        return {"where": noun, "message": "expected a body in JSON"}
    return {"where": noun + _where(noun, tuple(steps), body, problem["type"]), "message": _said(problem)}


def _said(problem: Mapping[str, Any]) -> str:
    return WORDS.get(problem["type"], str(problem["msg"]).removeprefix("Value error, "))


def _where(noun: str, steps: Place, body: Any, kind: str) -> str:
    """`[0].at` of pydantic's (0, "status", "at"): the names of the chosen branches of unions are left out."""
    told, here = "", body
    for index, step in enumerate(steps):
        if noun == "faults" and index == 1 and step in TAGS:
            continue
        known = _has(here, step)
        if known or (kind == "missing" and index == len(steps) - 1):
            told += f"[{step}]" if isinstance(step, int) else f".{step}"
        here = here[step] if known else here
    return told


def _has(here: Any, step: str | int) -> bool:
    if isinstance(step, int):
        return isinstance(here, list) and step < len(here)
    return isinstance(here, dict) and step in here
