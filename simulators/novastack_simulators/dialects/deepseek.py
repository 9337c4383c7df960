"""DeepSeek: the provider's own OpenAI-like wire.

api-docs.deepseek.com (error_codes, thinking_mode, rate_limit; October 2026), and recorded bodies and streams.
"""

from types import MappingProxyType
from typing import Any, Final, Literal

import msgspec

from novastack_simulators.dialects.dialect import Answer, Dialect, Letter, Sent, bearer
from novastack_simulators.dialects.identifiers import letters, uuid
from novastack_simulators.dialects.openai.body import ChatBody, Message
from novastack_simulators.dialects.openai.decode import Reader
from novastack_simulators.dialects.openai.encode import Writer, totals
from novastack_simulators.dialects.openai.listing import resources
from novastack_simulators.dialects.openai.rules import Limits
from novastack_simulators.plan import Headers
from novastack_simulators.profile import Profile
from novastack_simulators.refusal import Refusal, Shape

INVALID: Final = ("invalid_request_error", "invalid_request_error")
FAILED: Final = "Failed to deserialize the JSON body into the target type"


class Switch(msgspec.Struct, frozen=True):
    """The thinking switch."""

    type: Literal["enabled", "disabled"]


class Body(ChatBody, frozen=True, kw_only=True):
    """What DeepSeek adds."""

    thinking: Switch | None = None


def _thinks(body: Body, profile: Profile) -> bool:
    return profile.quirks.thinking_by_default if body.thinking is None else body.thinking.type == "enabled"


def _checks(body: Body, profile: Profile) -> None:
    last = body.messages[-1]
    if last.role == "assistant":
        text = f"The last message of {body.model} must be a user message, or an assistant message with prefix mode on"
        raise Refusal("invalid", param="messages", message=text)
    if _thinks(body, profile) and any(_forgetful(message) for message in _current(body.messages)):
        text = "The `reasoning_content` in the thinking mode must be passed back to the API."
        raise Refusal("invalid", param="messages", message=text)


def _current(messages: list[Message]) -> list[Message]:
    """The messages since the user last spoke: the turn in which reasoning has to be kept."""
    spoke = max((index for index, message in enumerate(messages) if message.role == "user"), default=-1)
    return messages[spoke + 1 :]


def _forgetful(message: Message) -> bool:
    return bool(message.tool_calls) and message.reasoning_content is None


def _envelope(letter: Letter, kind: str) -> dict[str, Any]:
    return {
        "id": uuid(letter.stamp),
        "object": kind,
        "created": letter.created,
        "model": letter.prompt.model,
        "system_fingerprint": letter.profile.quirks.system_fingerprint,
    }


def _usage(letter: Letter) -> dict[str, Any]:
    """prompt_tokens = hits + misses; reasoning_tokens is absent with thinking off."""
    reasoning = {"reasoning_tokens": letter.generation.reasoning_tokens}
    return {
        **totals(letter.generation),
        "prompt_tokens_details": {"cached_tokens": 0},
        **({"completion_tokens_details": reasoning} if letter.prompt.thinking.on else {}),
        "prompt_cache_hit_tokens": 0,
        "prompt_cache_miss_tokens": letter.generation.prompt_tokens,
    }


def _usage_at(letter: Letter) -> tuple[str, ...]:
    """Unasked, usage stands on the finish chunk; asked for, where the profile says (unconfirmed, so a quirk)."""
    if not letter.prompt.include_usage:
        return ("finish",)
    asked = letter.profile.quirks.usage_chunks
    return ("finish", "trailing") if asked == "both" else (asked,)


def _opening(thinks: bool) -> dict[str, Any]:
    if thinks:
        return {"role": "assistant", "content": None, "reasoning_content": ""}
    return {"role": "assistant", "content": ""}


def _text(text: str, thinks: bool) -> dict[str, Any]:
    return {"content": text, "reasoning_content": None} if thinks else {"content": text}


def _message(text: str | None, reasoning: str | None) -> dict[str, Any]:
    thought = {} if reasoning is None else {"reasoning_content": reasoning}
    return {"role": "assistant", "content": "" if text is None else text, **thought}


WRITER: Final = Writer(
    envelope=_envelope,
    order=("id", "object", "created", "model", "choices", "usage", "system_fingerprint"),
    call_id=lambda stamp, index: f"call_{index % 64:02d}_{letters(stamp, 24, index)}",
    usage=_usage,
    usage_at=_usage_at,
    opening=_opening,
    reasoning=lambda text: {"content": None, "reasoning_content": text},
    text=_text,
    closing=lambda thinks: _text("", thinks),
    message=_message,
    choice=("index", "message", "delta", "logprobs", "finish_reason"),
)


def _headers(sent: Sent) -> Headers:
    return (
        (b"x-ds-trace-id", sent.request_id.encode()),
        (b"server", b"openresty"),
        (b"vary", b"origin, access-control-request-method, access-control-request-headers"),
        (b"access-control-allow-credentials", b"true"),
        (b"strict-transport-security", b"max-age=31536000; includeSubDomains; preload"),
        (b"x-content-type-options", b"nosniff"),
    )


def _error(shape: Shape, message: str, _request_id: str) -> Any:
    return {"error": {"message": message, "type": shape.type, "param": None, "code": shape.code}}


READER: Final = Reader(
    body=Body,
    # The role latest_reminder is named in DeepSeek's own error text; what it does is not documented.
    limits=Limits(roles=("system", "user", "assistant", "tool", "latest_reminder"), stops=16),
    checks=_checks,
    thinks=_thinks,
)
REFUSALS: Final = MappingProxyType({
    "malformed": Shape(400, *INVALID, "Failed to parse the request body as JSON: {message}"),
    "not_object": Shape(400, *INVALID, f"{FAILED}: invalid type, expected a map at line 1 column {{length}}"),
    "missing": Shape(400, *INVALID, f"{FAILED}: missing field `{{param}}` at line 1"),
    "type": Shape(400, *INVALID, f"{FAILED}: {{param}}: {{message}} at line 1"),
    "invalid": Shape(400, *INVALID, "{message}{note}"),
    "range": Shape(400, *INVALID, "Invalid {param} value, the valid range of {param} is {allowed}"),
    "unsupported": Shape(400, *INVALID, "{message}{note}"),
    "extra": Shape(400, *INVALID, "Unknown parameter: '{param}'"),
    "role": Shape(400, *INVALID, f"{FAILED}: messages[{{index}}].role: unknown variant `{{role}}`, expected one of {{roles}} at line 1 column {{column}}"),
    "model": Shape(400, *INVALID, "Model Not Exist: {model}"),
    "context": Shape(400, *INVALID, "This model's maximum context length is {longest} tokens. However, you requested {total} tokens ({prompt} in the messages, {completion} in the completion). Please reduce the length of the messages or completion."),
    "key_missing": Shape(401, "authentication_error", "invalid_request_error", "Authentication Fails (auth header format should be Bearer sk-...)"),
    "key_wrong": Shape(401, "authentication_error", "invalid_request_error", "Authentication Fails, Your api key: ****{end} is invalid"),
    "path": Shape(404, *INVALID, "Not Found: {method} {path}"),
    "method": Shape(405, *INVALID, "Method {method} is not allowed for {path}: use {allowed}"),
    "too_large": Shape(413, *INVALID, "The request body is larger than {longest} bytes"),
})  # fmt: skip
FAILURES: Final = MappingProxyType({
    400: Shape(400, *INVALID, "Invalid request"),
    401: Shape(401, "authentication_error", "invalid_request_error", "Authentication Fails (governor)"),
    402: Shape(402, "unknown_error", "invalid_request_error", "Insufficient Balance"),
    422: Shape(422, *INVALID, "Invalid parameters"),
    429: Shape(429, "rate_limit_error", "rate_limit_error", "Rate limit reached: too many concurrent requests"),
    500: Shape(500, "server_error", "internal_error", "Server Error"),
    503: Shape(503, "service_unavailable_error", "service_unavailable_error", "Service is too busy. Please retry later."),
})  # fmt: skip

CHAT: Final = Answer(READER.read, WRITER.plain, WRITER.stream)
DEEPSEEK: Final = Dialect(
    name="deepseek",
    base="",
    chat=CHAT,
    resources=MappingProxyType(resources(CHAT, "", "/v1")),
    key=bearer,
    refusals=REFUSALS,
    failures=FAILURES,
    error=_error,
    request_id=lambda stamp: stamp[:16].hex(),
    headers=_headers,
)
