"""Anthropic's Messages API: both versions, both ways to send the key.

platform.claude.com/docs/en/api (errors, versioning, migration-2026-10-21), the SDKs' types and recorded streams.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from novastack_simulators import framing
from novastack_simulators.dialects.anthropic.caching import cached
from novastack_simulators.dialects.anthropic.decode import count, decode
from novastack_simulators.dialects.anthropic.encode import plain, stream
from novastack_simulators.dialects.anthropic.quotas import ORGANIZATION, OVER, QUOTAS, TOLD, levels, retry
from novastack_simulators.dialects.dialect import Answer, Asked, Dialect, Fields, Lookup, Resource, Sent, bearer
from novastack_simulators.dialects.identifiers import letters
from novastack_simulators.generation import prompt_tokens
from novastack_simulators.plan import Headers
from novastack_simulators.profile import Profile
from novastack_simulators.refusal import Refusal, Shape

INVALID: Final = ("invalid_request_error", None)


def _each(*names: str, supported: bool) -> dict[str, Any]:
    return {name: {"supported": supported} for name in names}


# What Opus 4.7 has of the SDK's type ModelCapabilities (2.12); what is not simulated is not claimed.
EDITS: Final = ("clear_thinking_20251015", "clear_tool_uses_20250919", "compact_20260112")
CAPABILITIES: Final[Mapping[str, Any]] = {
    **_each("batch", "citations", "code_execution", supported=False),
    **_each("image_input", "pdf_input", "structured_outputs", supported=True),
    "context_management": {"supported": False, **_each(*EDITS, supported=False)},
    "effort": {"supported": True, **_each("low", "medium", "high", "max", "xhigh", supported=True)},
    "thinking": {
        "supported": True,
        "types": {**_each("adaptive", supported=True), **_each("enabled", supported=False)},
    },
}


def _key(fields: Fields) -> str | None:
    """`x-api-key` (SDK up to 1.x) or a bearer token (SDK 2.x)."""
    return fields.get("x-api-key") or bearer(fields)


def models(profile: Profile) -> Any:
    cards = [_card(profile, name) for name in profile.models]
    return {"data": cards, "has_more": False, "first_id": cards[0]["id"], "last_id": cards[-1]["id"]}


def model(profile: Profile, name: str) -> Any:
    if name not in profile.models:
        raise Refusal("model", model=name)
    return _card(profile, name)


def _card(profile: Profile, name: str) -> dict[str, Any]:
    return {
        "type": "model",
        "id": name,
        "display_name": profile.title,
        "created_at": f"{profile.released.isoformat()}T00:00:00Z",
        "max_input_tokens": int(profile.longest_input.value),
        "max_tokens": int(profile.longest_output.value),
        "capabilities": CAPABILITIES,
    }


def _headers(sent: Sent) -> Headers:
    return (
        *levels(sent),
        (b"request-id", sent.request_id.encode()),
        (b"anthropic-organization-id", ORGANIZATION.encode()),
        (b"server", b"cloudflare"),
        (b"cf-cache-status", b"DYNAMIC"),
    )


def _error(shape: Shape, message: str, request_id: str) -> Any:
    details = {"details": {"error_code": shape.code}} if shape.code else {}
    error = {"type": shape.type, "message": message, **details}
    return {"type": "error", "error": error, "request_id": request_id}


def _mishap(error: bytes) -> bytes:
    return framing.named("error", error)


REFUSALS: Final = MappingProxyType({
    "malformed": Shape(400, *INVALID, "The request body is not valid JSON: {message}"),
    "not_object": Shape(400, *INVALID, "Input should be a valid dictionary or object to extract fields from"),
    "missing": Shape(400, *INVALID, "{param}: Field required"),
    "type": Shape(400, *INVALID, "{param}: Input should be {wanted}"),
    "invalid": Shape(400, *INVALID, "{param}: {message}"),
    "range": Shape(400, *INVALID, "{param}: {message}"),
    "unsupported": Shape(400, *INVALID, "{message}"),
    "extra": Shape(400, *INVALID, "{param}: Extra inputs are not permitted"),
    "role": Shape(400, *INVALID, "messages.{index}.role: Input should be 'user' or 'assistant'"),
    "model": Shape(404, "not_found_error", None, "model: {model}"),
    "context": Shape(400, *INVALID, "{reason}"),
    "key_missing": Shape(401, "authentication_error", None, "x-api-key header is required"),
    "key_wrong": Shape(401, "authentication_error", None, "invalid x-api-key"),
    "path": Shape(404, "not_found_error", None, "Not found: {method} {path}"),
    "method": Shape(405, "invalid_request_error", None, "Method {method} is not allowed for {path}: use {allowed}"),
    "too_large": Shape(413, "request_too_large", None, "Request exceeds the maximum size of {longest} bytes"),
    "quota": OVER,
    "outsized": OVER,
})  # fmt: skip
FAILURES: Final = MappingProxyType({
    400: Shape(400, *INVALID, "Invalid request"),
    401: Shape(401, "authentication_error", None, "invalid x-api-key"),
    402: Shape(402, "billing_error", None, "Your credit balance is too low to access the Anthropic API."),
    403: Shape(403, "permission_error", None, "Your API key does not have permission to use the specified resource."),
    404: Shape(404, "not_found_error", None, "Not found"),
    409: Shape(409, "conflict_error", None, "Conflict"),
    413: Shape(413, "request_too_large", None, "Request exceeds the maximum size"),
    429: Shape(429, "rate_limit_error", None, "This request would exceed your organization's rate limit."),
    500: Shape(500, "api_error", None, "Internal server error"),
    504: Shape(504, "timeout_error", None, "Request timed out"),
    529: Shape(529, "overloaded_error", None, "Overloaded"),
})  # fmt: skip
# Codes of error.details (SDK 2.12, platform.claude.com/docs/en/api/errors) that have a text of their own.
CODES: Final = MappingProxyType({
    "enforced_spend_limit_reached": Shape(429, "rate_limit_error", "enforced_spend_limit_reached", "You have reached your specified API usage limits."),
})  # fmt: skip


def _counted(asked: Asked) -> Any:
    return {"input_tokens": prompt_tokens(count(asked.body, asked.fields, asked.profile), asked.speaker)}


CHAT: Final = Answer(decode, plain, stream, cache=cached)
ANTHROPIC: Final = Dialect(
    name="anthropic",
    base="",
    chat=CHAT,
    resources=MappingProxyType({
        "/v1/messages": Resource("POST", CHAT),
        "/v1/messages/count_tokens": Resource("POST", Lookup(_counted)),
        "/v1/models": Resource("GET", Lookup(lambda asked: models(asked.profile))),
        "/v1/models/": Resource("GET", Lookup(lambda asked: model(asked.profile, asked.argument))),
    }),
    key=_key,
    refusals=REFUSALS,
    failures=FAILURES,
    error=_error,
    request_id=lambda stamp: f"req_011C{letters(stamp, 20)}",
    headers=_headers,
    codes=CODES,
    mishap=_mishap,
    told=TOLD,
    quotas=QUOTAS,
    retry=retry,
)  # fmt: skip
