"""The errors of vLLM, and of SGLang where the quirk `serving` says so.

vLLM 0.32: `code` is the status; an unhandled HTTP error is named by its phrase; a wrong key gets `{"error":
"Unauthorized"}`. SGLang 0.5.23: the same fields, flat, but nested again inside a stream.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from novastack_simulators import framing
from novastack_simulators.refusal import Shape

BAD: Final = "BadRequestError"
PYDANTIC: Final = "Bad Request"
BUSY: Final = "The engine is currently busy and cannot accept new requests. Please try again later."
# vLLM has no quotas of its own; a proxy before it would answer like this.
LIMITED: Final = Shape(429, "Too Many Requests", None, "Too Many Requests")
REFUSALS: Final[Mapping[str, Shape]] = MappingProxyType({
    "malformed": Shape(400, PYDANTIC, None, "1 validation error:\n  {{'type': 'json_invalid', 'loc': 'body', 'msg': 'JSON decode error', 'input': '<dict of 0 items>', 'ctx': {{'error': '{message}'}}}}", "body"),
    "not_object": Shape(400, PYDANTIC, None, "1 validation error:\n  {{'type': 'model_attributes_type', 'loc': 'body', 'msg': 'Input should be a valid dictionary or object to extract fields from'}}", "body"),
    "missing": Shape(400, PYDANTIC, None, "{message}{note}"),
    "type": Shape(400, PYDANTIC, None, "{message}{note}"),
    "invalid": Shape(400, BAD, None, "{message}{note}"),
    "range": Shape(400, BAD, None, "{param} must be in {allowed}, got {value}."),
    "unsupported": Shape(400, BAD, None, "{message}{note}"),
    "extra": Shape(400, BAD, None, "Unknown parameter: {param}"),
    "role": Shape(400, BAD, None, "Unknown role {role!r} in messages.{index}: expected one of {roles}"),
    "model": Shape(404, "NotFoundError", None, "The model `{model}` does not exist.", "model"),
    "context": Shape(400, BAD, None, "You passed {prompt} input tokens and requested {completion} output tokens. However, the model's context length is only {context} tokens, resulting in a maximum input length of {room} tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value={prompt})"),
    "key_missing": Shape(401, "Unauthorized", None, "Unauthorized"),
    "key_wrong": Shape(401, "Unauthorized", None, "Unauthorized"),
    "path": Shape(404, "Not Found", None, "Not Found"),
    "method": Shape(405, "Method Not Allowed", None, "Method Not Allowed"),
    "too_large": Shape(413, "Request Entity Too Large", None, "The request body is larger than {longest} bytes"),
    "quota": LIMITED,
    "outsized": LIMITED,
})  # fmt: skip
FAILURES: Final[Mapping[int, Shape]] = MappingProxyType({
    400: Shape(400, BAD, None, "The request could not be processed."),
    401: Shape(401, "Unauthorized", None, "Unauthorized"),
    404: Shape(404, "NotFoundError", None, "The model does not exist."),
    422: Shape(422, "UnprocessableEntityError", None, "The request could not be processed."),
    429: LIMITED,
    500: Shape(500, "InternalServerError", None, "EngineCore encountered an issue. See stack trace (above) for the root cause."),
    501: Shape(501, "NotImplementedError", None, "This is not implemented."),
    503: Shape(503, "ServiceUnavailableError", None, BUSY),
})  # fmt: skip


def vllm(shape: Shape, message: str, _request_id: str) -> Any:
    if shape.status == 401:
        return {"error": "Unauthorized"}
    return {"error": {"message": message, "type": shape.type, "param": shape.param, "code": shape.status}}


def sglang(shape: Shape, message: str, _request_id: str) -> Any:
    if shape.status == 401:
        return {"error": "Unauthorized"}
    return {
        "object": "error",
        "message": message,
        "type": shape.type,
        "param": shape.param,
        "code": shape.status,
    }


def vllm_mishap(body: bytes) -> bytes:
    """The terminator follows all the same."""
    return framing.data(body) + framing.data(b"[DONE]")


def sglang_mishap(body: bytes) -> bytes:
    return framing.data(b'{"error":%b}' % body) + framing.data(b"[DONE]")


Spoken = tuple[Callable[[Shape, str, str], Any], Callable[[bytes], bytes]]
ERRORS: Final[Mapping[str, Spoken]] = MappingProxyType({"vllm": (vllm, vllm_mishap), "sglang": (sglang, sglang_mishap)})
