"""DashScope: Model Studio's OpenAI-compatible mode, as it serves Qwen3.

Alibaba Cloud Model Studio, error codes and deep thinking (help pages of June 2026), and recorded streams.
"""

from types import MappingProxyType
from typing import Any, Final

from novastack_simulators.dialects.dialect import Answer, Dialect, Letter, Sent, bearer
from novastack_simulators.dialects.identifiers import letters, uuid
from novastack_simulators.dialects.openai.body import ChatBody
from novastack_simulators.dialects.openai.decode import Reader
from novastack_simulators.dialects.openai.encode import Writer, totals
from novastack_simulators.dialects.openai.listing import resources
from novastack_simulators.dialects.openai.rules import Limits, Range
from novastack_simulators.plan import Headers
from novastack_simulators.profile import Profile
from novastack_simulators.refusal import Refusal, Shape

INVALID: Final = ("invalid_request_error", "invalid_parameter_error")
LONGEST_THOUGHT: Final = 38_912  # models.dev: the thinking budget of qwen3-235b-a22b


class Body(ChatBody, frozen=True, kw_only=True):
    """What DashScope adds; the OpenAI SDK sends it by extra_body."""

    enable_thinking: bool | None = None
    thinking_budget: int | None = None
    incremental_output: bool | None = None


def _thinks(body: Body, profile: Profile) -> bool:
    return profile.quirks.thinking_by_default if body.enable_thinking is None else body.enable_thinking


def _checks(body: Body, profile: Profile) -> None:
    thinks = _thinks(body, profile)
    if thinks and not body.stream:
        text = "parameter.enable_thinking must be set to false for non-streaming calls"
        raise Refusal("invalid", param="enable_thinking", message=text)
    if thinks and body.incremental_output is False:
        text = 'The incremental_output parameter must be "true" when enable_thinking is true'
        raise Refusal("invalid", param="incremental_output", message=text)
    if body.thinking_budget is not None and not 1 <= body.thinking_budget <= LONGEST_THOUGHT:
        text = f"The thinking_budget parameter must be a positive integer and not greater than {LONGEST_THOUGHT}"
        raise Refusal("invalid", param="thinking_budget", message=text)


def _envelope(letter: Letter, kind: str) -> dict[str, Any]:
    return {
        "object": kind,
        "created": letter.created,
        "system_fingerprint": letter.profile.quirks.system_fingerprint,
        "model": letter.prompt.model,
        "id": f"chatcmpl-{uuid(letter.stamp)}",
        "usage": None,
    }


def _usage(letter: Letter) -> dict[str, Any]:
    reasoning = {"reasoning_tokens": letter.generation.reasoning_tokens}
    return {
        **totals(letter.generation),
        **({"completion_tokens_details": reasoning} if letter.prompt.thinking.on else {}),
        "prompt_tokens_details": {"cached_tokens": 0},
    }


def _opening(thinks: bool) -> dict[str, Any]:
    if thinks:
        return {"content": None, "role": "assistant", "reasoning_content": ""}
    return {"content": "", "role": "assistant"}


def _text(text: str, thinks: bool) -> dict[str, Any]:
    return {"content": text, "reasoning_content": None} if thinks else {"content": text}


def _message(text: str | None, reasoning: str | None) -> dict[str, Any]:
    return {"role": "assistant", "content": "" if text is None else text, "reasoning_content": reasoning or ""}


WRITER: Final = Writer(
    envelope=_envelope,
    order=("choices", "object", "usage", "created", "system_fingerprint", "model", "id"),
    call_id=lambda stamp, index: f"call_{letters(stamp, 24, index)}",
    usage=_usage,
    usage_at=lambda letter: ("trailing",) if letter.prompt.include_usage else (),
    opening=_opening,
    reasoning=lambda text: {"content": None, "reasoning_content": text},
    text=_text,
    closing=lambda thinks: _text("", thinks),
    message=_message,
    choice=("message", "delta", "finish_reason", "index", "logprobs"),
)


def _headers(sent: Sent) -> Headers:
    return (
        (b"x-request-id", sent.request_id.encode()),
        (b"x-dashscope-call-gateway", b"true"),
        (b"x-dashscope-finished", b"true"),
        (b"x-dashscope-timeout", b"298"),
        (b"server", b"istio-envoy"),
    )


def _error(shape: Shape, message: str, request_id: str) -> Any:
    return {
        "error": {"message": message, "type": shape.type, "param": None, "code": shape.code},
        "request_id": request_id,
    }


READER: Final = Reader(
    body=Body,
    limits=Limits(ranges=MappingProxyType({
        "temperature": Range(0, 2), "top_p": Range(0, 1, above=True), "presence_penalty": Range(-2, 2),
        "frequency_penalty": Range(-2, 2), "n": Range(1, 4), "top_logprobs": Range(0, 5),
    })),
    checks=_checks,
    thinks=_thinks,
)  # fmt: skip
REFUSALS: Final = MappingProxyType({
    "malformed": Shape(400, *INVALID, "The request body is not valid JSON: {message}"),
    "not_object": Shape(400, *INVALID, "The request body must be a JSON object"),
    "missing": Shape(400, *INVALID, "Required parameter '{param}' is missing"),
    "type": Shape(400, *INVALID, "Invalid type for parameter '{param}': {message}"),
    "invalid": Shape(400, *INVALID, "{message}{note}"),
    "range": Shape(400, *INVALID, "Range of {param} should be {allowed}"),
    "unsupported": Shape(400, *INVALID, "{message}{note}"),
    "extra": Shape(400, *INVALID, "Unknown parameter: '{param}'"),
    "role": Shape(400, *INVALID, "'{role}' is not one of [{roles}] - 'messages.{index}.role'"),
    "model": Shape(404, "invalid_request_error", "model_not_found", "The model `{model}` does not exist or you do not have access to it."),
    "context": Shape(400, *INVALID, "Range of input length should be [1, {longest}]"),
    "key_missing": Shape(401, "invalid_request_error", "invalid_api_key", "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."),
    "key_wrong": Shape(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    "path": Shape(404, "invalid_request_error", "not_found", "Invalid URL ({method} {path})"),
    "method": Shape(405, "invalid_request_error", "method_not_allowed", "Method {method} is not allowed for {path}: use {allowed}"),
    "too_large": Shape(413, "invalid_request_error", "request_too_large", "The request body is larger than {longest} bytes"),
})  # fmt: skip
FAILURES: Final = MappingProxyType({
    400: Shape(400, *INVALID, "Invalid parameter"),
    401: Shape(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: Shape(403, "AllocationQuota.FreeTierOnly", "AllocationQuota.FreeTierOnly", "The free tier of the model has been exhausted."),
    404: Shape(404, "invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    429: Shape(429, "limit_requests", "limit_requests", "Requests rate limit exceeded, please try again later."),
    500: Shape(500, "internal_error", "internal_error", "An internal error has occurred, please try again later."),
    503: Shape(503, "service_unavailable", "service_unavailable", "Service is temporarily unavailable, please try again later."),
})  # fmt: skip

CHAT: Final = Answer(READER.read, WRITER.plain, WRITER.stream)
DASHSCOPE: Final = Dialect(
    name="dashscope",
    base="/compatible-mode/v1",
    chat=CHAT,
    resources=MappingProxyType(resources(CHAT, "/compatible-mode/v1", "/v1")),
    key=bearer,
    refusals=REFUSALS,
    failures=FAILURES,
    error=_error,
    request_id=uuid,
    headers=_headers,
)
