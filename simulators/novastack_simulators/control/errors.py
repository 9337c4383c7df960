"""What the control plane says of a request that it cannot take: 422, and a sentence for each field with its place."""

from typing import Any, Final

from fastapi import Request
from fastapi.responses import JSONResponse

from novastack_simulators.faults import FAULTS

# What pydantic puts into a place besides the steps that lead there: which element of a union it took.
TAGS: Final = frozenset({*FAULTS, "preset"})


def answer(message: str, fields: list[dict[str, str]]) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "fields": fields}}, status_code=422)


async def invalid(request: Request, error: Any) -> JSONResponse:
    """Of FastAPI's own validation."""
    noun = request.url.path.rpartition("/")[2]
    fields = [{"where": _where(noun, problem["loc"]), "message": _said(problem)} for problem in error.errors()]
    return answer("; ".join(f"{field['where']}: {field['message']}" for field in fields), fields)


async def refused(_request: Request, refusal: Any) -> JSONResponse:
    """Of a value that only the simulator can judge, such as the name of a scope."""
    details = refusal.details
    found = details.get("fields") or [(details.get("param", ""), details.get("message", refusal.kind))]
    fields = [{"where": str(where), "message": str(message)} for where, message in found]
    return answer("; ".join(f"{field['where']}: {field['message']}" for field in fields), fields)


def _said(problem: dict[str, Any]) -> str:
    return str(problem["msg"]).removeprefix("Value error, ")


def _where(noun: str, place: tuple[str | int, ...]) -> str:
    """`faults[0].at` of FastAPI's ("body", 0, "status", "at"); the name of the chosen fault is left out."""
    first, *rest = place
    start = noun if first == "body" else str(first)
    kept = [step for index, step in enumerate(rest) if not (index == 1 and noun == "faults" and step in TAGS)]
    return start + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in kept)
