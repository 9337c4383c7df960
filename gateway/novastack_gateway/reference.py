"""What `/docs` says of the routes that FastAPI does not see: the hot ones, and the key that all of `/v1` wants."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from novastack_gateway.routing import PATH_TAIL

_BODY: Final = {
    "type": "object",
    "required": ["model", "messages"],
    "properties": {
        "model": {"type": "string"},
        "messages": {"type": "array", "minItems": 1, "items": {"type": "object"}},
        "stream": {"type": "boolean"},
    },
    "example": {"model": "DeepSeek-V4-Pro", "messages": [{"role": "user", "content": "Hello"}]},
}
_UPSTREAM: Final = {"name": "upstream", "in": "path", "required": True, "schema": {"type": "string"}}
_FORWARDED: Final = {
    "name": "X-Forwarded-To",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The upstream that is to answer, whatever the model.",
}


def _chat(summary: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "tags": ["chat"],
        "summary": summary,
        "parameters": list(parameters),
        "requestBody": {"required": True, "content": {"application/json": {"schema": _BODY}}},
        "responses": {"200": {"description": "A chat completion, or a stream of its chunks."}},
        "security": [{"key": []}],
    }


_CHAT: Final = {
    PATH_TAIL: _chat("Chat; the model, or X-Forwarded-To, names the upstream", _FORWARDED),
    "/{upstream}" + PATH_TAIL: _chat("Chat with the upstream that the path names", _UPSTREAM),
}


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the whole gateway."""
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    for path, operations in document["paths"].items():
        if path.startswith("/v1/"):
            operations["get"]["security"] = [{"key": []}]
    document["paths"] = {**{path: {"post": operation} for path, operation in _CHAT.items()}, **document["paths"]}
    document.setdefault("components", {})["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    return document
