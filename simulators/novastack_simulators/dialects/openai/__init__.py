"""OpenAI: the base that the others are like. Here its own wire; what they share is in body, decode, encode and rules.

developers.openai.com (API reference, guide to error codes; 2026), openapi.yaml 2.3.0, and recorded bodies and streams.
"""

from types import MappingProxyType
from typing import Any, Final

from novastack_simulators.dialects.dialect import Answer, Dialect, Resource, Sent, bearer
from novastack_simulators.dialects.openai import chat, embeddings, legacy, reply, responses
from novastack_simulators.dialects.openai.listing import resources
from novastack_simulators.dialects.openai.quotas import OUTSIZED, OVER, QUOTAS, SLOW_DOWN, TOLD, levels, retry
from novastack_simulators.plan import Headers
from novastack_simulators.refusal import Shape

INVALID: Final = "invalid_request_error"
HELP: Final = "You can find your API key at https://platform.openai.com/account/api-keys."


def _headers(sent: Sent) -> Headers:
    """API reference, debugging requests: openai-organization, -processing-ms, -version and x-request-id."""
    return (
        (b"x-request-id", sent.request_id.encode()),
        (b"openai-organization", b"novastack"),
        (b"openai-processing-ms", b"%d" % round(sent.waited * 1000)),
        (b"openai-version", b"2020-10-01"),
        *levels(sent),
    )


def _error(shape: Shape, message: str, _request_id: str) -> Any:
    return {"error": {"message": message, "type": shape.type, "param": shape.param, "code": shape.code}}


REFUSALS: Final = MappingProxyType({
    "malformed": Shape(400, INVALID, None, "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON: {message})"),
    "not_object": Shape(400, INVALID, "invalid_type", "Invalid type for request body: expected an object. ({message})"),
    "missing": Shape(400, INVALID, "missing_required_parameter", "Missing required parameter: '{param}'."),
    "type": Shape(400, INVALID, "invalid_type", "Invalid type for '{param}': expected {wanted}. ({message})"),
    "invalid": Shape(400, INVALID, "invalid_value", "{message}"),
    "range": Shape(400, INVALID, "invalid_value", "Invalid '{param}': expected a value in {allowed}."),
    "unsupported": Shape(400, INVALID, "unsupported_parameter", "{message}"),
    "extra": Shape(400, INVALID, "unknown_parameter", "Unknown parameter: '{param}'."),
    "role": Shape(400, INVALID, "invalid_value", "Invalid value: '{role}'. Supported values are: {roles}."),
    "model": Shape(404, INVALID, "model_not_found", "The model `{model}` does not exist or you do not have access to it."),
    "context": Shape(400, INVALID, "context_length_exceeded", "This model's maximum context length is {context} tokens. However, you requested {total} tokens ({prompt} in the {param}, {completion} in the completion). Please reduce the length of the {param} or completion."),
    "key_missing": Shape(401, INVALID, "invalid_api_key", "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."),
    "key_wrong": Shape(401, INVALID, "invalid_api_key", f"Incorrect API key provided: ****{{end}}. {HELP}"),
    "path": Shape(404, INVALID, "unknown_url", "Unknown request URL: {method} {path}. Please check the URL for typos, or see the docs at https://platform.openai.com/docs/api-reference/."),
    "method": Shape(405, INVALID, "method_not_supported", "Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method: {allowed}?)"),
    "too_large": Shape(413, INVALID, "request_too_large", "The request body is larger than {longest} bytes."),
    "quota": OVER,
    "outsized": OUTSIZED,
})  # fmt: skip
# Guide to error codes (developers.openai.com, 2026); codes and types of 403, 409 and 503 are not confirmed.
FAILURES: Final = MappingProxyType({
    400: Shape(400, INVALID, None, "Invalid request."),
    401: Shape(401, INVALID, "invalid_api_key", f"Incorrect API key provided. {HELP}"),
    403: Shape(403, "request_forbidden", "unsupported_country_region_territory", "Country, region, or territory not supported"),
    404: Shape(404, INVALID, "model_not_found", "The model does not exist or you do not have access to it."),
    429: Shape(429, "requests", "rate_limit_exceeded", "Rate limit reached on requests per min (RPM). Please try again later."),
    500: Shape(500, "server_error", None, "The server had an error while processing your request. Sorry about that!"),
    503: Shape(503, "service_unavailable_error", "server_is_overloaded", "That model is currently overloaded with other requests. Please try again later."),
})  # fmt: skip
# Guide to error codes: what the fault `status` says when it is given a `code`.
CODES: Final = MappingProxyType({
    "insufficient_quota": Shape(429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota, please check your plan and billing details."),
    "credit_balance_exhausted": Shape(429, "insufficient_quota", "credit_balance_exhausted", "Your credit balance is exhausted, please check your plan and billing details."),
    "slow_down": SLOW_DOWN,
    "invalid_prompt": Shape(400, INVALID, "invalid_prompt", "Invalid prompt: your prompt was flagged as potentially violating our usage policy."),
})  # fmt: skip

CHAT: Final = Answer(chat.decode, reply.plain, reply.stream)
COMPLETION: Final = Answer(legacy.decode, legacy.plain, legacy.stream, "prompt")
EMBEDDING: Final = Answer(embeddings.decode, embeddings.plain, embeddings.stream, None)
RESPONSE: Final = Answer(responses.decode, responses.plain, responses.stream, "input")
OPENAI: Final = Dialect(
    name="openai",
    base="/v1",
    chat=CHAT,
    resources=MappingProxyType({
        **resources(CHAT, "/v1"),
        "/v1/completions": Resource("POST", COMPLETION),
        "/v1/embeddings": Resource("POST", EMBEDDING),
        "/v1/responses": Resource("POST", RESPONSE),
    }),
    key=bearer,
    refusals=REFUSALS,
    failures=FAILURES,
    codes=CODES,
    error=_error,
    request_id=lambda stamp: f"req_{stamp[:16].hex()}",
    headers=_headers,
    told=TOLD,
    quotas=QUOTAS,
    retry=retry,
)  # fmt: skip
