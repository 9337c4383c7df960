"""DeepSeek: the provider's own OpenAI-like wire.

api-docs.deepseek.com (error_codes, thinking_mode, rate_limit; October 2026), and recorded bodies and streams.
"""

import dataclasses
from types import MappingProxyType
from typing import Any, Final

from novastack_simulators.dialects.anthropic import ANTHROPIC
from novastack_simulators.dialects.anthropic import encode as anthropic
from novastack_simulators.dialects.deepseek import fim, messages
from novastack_simulators.dialects.deepseek.caching import cached
from novastack_simulators.dialects.deepseek.decode import read, read_beta
from novastack_simulators.dialects.deepseek.encode import WRITER
from novastack_simulators.dialects.dialect import Answer, Dialect, Lookup, Resource, Sent, bearer
from novastack_simulators.dialects.openai.listing import resources
from novastack_simulators.plan import Headers
from novastack_simulators.refusal import Shape

INVALID: Final = ("invalid_request_error", "invalid_request_error")
# Rate limit (api-docs.deepseek.com): more at once than the account may have is a 429; the body is unconfirmed.
LIMITED: Final = Shape(429, "rate_limit_error", "rate_limit_error", "Rate limit reached")
CONCURRENT: Final = LIMITED._replace(text="Rate limit reached: too many concurrent requests")
FAILED: Final = "Failed to deserialize the JSON body into the target type"


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
    "quota": LIMITED,
    "outsized": LIMITED,
})  # fmt: skip
FAILURES: Final = MappingProxyType({
    400: Shape(400, *INVALID, "Invalid request"),
    401: Shape(401, "authentication_error", "invalid_request_error", "Authentication Fails (governor)"),
    402: Shape(402, "unknown_error", "invalid_request_error", "Insufficient Balance"),
    422: Shape(422, *INVALID, "Invalid parameters"),
    429: CONCURRENT,
    500: Shape(500, "server_error", "internal_error", "Server Error"),
    503: Shape(503, "service_unavailable_error", "service_unavailable_error", "Service is too busy. Please retry later."),
})  # fmt: skip

# Get user balance: the documented example; nothing is billed here, so it never changes.
BALANCE: Final = {
    "is_available": True,
    "balance_infos": [
        {"currency": "CNY", "total_balance": "110.00", "granted_balance": "10.00", "topped_up_balance": "100.00"}
    ],
}
# Rate limit (api-docs.deepseek.com): comments in a stream, empty lines before a body, while a request waits.
WAITING: Final = (b": keep-alive\n\n", b"\n")
MESSAGES: Final = dataclasses.replace(
    ANTHROPIC,
    name="deepseek",
    resources=MappingProxyType({
        "/anthropic/v1/messages": Resource("POST", Answer(messages.decode, anthropic.plain, anthropic.stream, cache=cached)),
    }),
    refusals=MappingProxyType({**ANTHROPIC.refusals, "model": Shape(400, "invalid_request_error", None, "Model Not Exist: {model}"), "quota": LIMITED._replace(code=None), "outsized": LIMITED._replace(code=None)}),
    failures=MappingProxyType({**ANTHROPIC.failures, 402: Shape(402, "invalid_request_error", None, "Insufficient Balance")}),
    request_id=lambda stamp: stamp[:16].hex(),
    headers=_headers,
    waiting=WAITING,
    also=(messages.FLASH,),
    told=(),
    quotas=MappingProxyType({("quota", "concurrency"): CONCURRENT._replace(code=None)}),
    retry=None,
)  # fmt: skip
CHAT: Final = Answer(read, WRITER.plain, WRITER.stream, cache=cached)
BETA: Final = Answer(read_beta, WRITER.plain, WRITER.stream, cache=cached)
FIM: Final = Answer(fim.decode, fim.plain, fim.stream, "prompt", cached)
DEEPSEEK: Final = Dialect(
    name="deepseek",
    base="",
    chat=CHAT,
    resources=MappingProxyType(
        {
            **resources(CHAT, "", "/v1"),
            **resources(BETA, "/beta", "/beta/v1"),
            "/beta/completions": Resource("POST", FIM),
            "/beta/v1/completions": Resource("POST", FIM),
            "/user/balance": Resource("GET", Lookup(lambda _asked: BALANCE)),
        }
    ),
    key=bearer,
    refusals=REFUSALS,
    failures=FAILURES,
    error=_error,
    request_id=lambda stamp: stamp[:16].hex(),
    headers=_headers,
    quotas=MappingProxyType({("quota", "concurrency"): CONCURRENT}),
    branches=MappingProxyType({"/anthropic/": MESSAGES}),
    waiting=WAITING,
)
