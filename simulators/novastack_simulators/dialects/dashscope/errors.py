"""DashScope's errors in its OpenAI-compatible mode.

Model Studio's error codes (alibabacloud.com/help/en/model-studio/error-code, June 2026) and recorded bodies. The
native name of each code of the Throttling family is in the comment beside it.
"""

from types import MappingProxyType
from typing import Any, Final

from novastack_simulators.dialects.dashscope.inspection import FAILED, IN_ANSWER, IN_PROMPT
from novastack_simulators.profile import Profile
from novastack_simulators.refusal import Shape

INVALID: Final = ("invalid_request_error", "invalid_parameter_error")
CODES: Final = MappingProxyType({
    # Throttling.RateQuota
    "limit_requests": Shape(429, "limit_requests", "limit_requests", "You have exceeded your current request limit. For details, see: https://www.alibabacloud.com/help/en/model-studio/error-code#rate-limit"),
    # Throttling.AllocationQuota
    "insufficient_quota": Shape(429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota, please check your plan and billing details."),
    # Throttling.BurstRate
    "limit_burst_rate": Shape(429, "limit_burst_rate", "limit_burst_rate", "Request rate increased too quickly. To ensure system stability, please adjust your client logic to scale requests more smoothly over time."),
    # These two have no name of their own in the compatible mode (unconfirmed).
    "Throttling.Concurrency": Shape(429, "Throttling.Concurrency", "Throttling.Concurrency", "Too many concurrent requests."),
    "Throttling": Shape(429, "Throttling", "Throttling", "Requests throttling triggered."),
    "Arrearage": Shape(400, "Arrearage", "Arrearage", "Access denied, please make sure your account is in good standing."),
    "AllocationQuota.FreeTierOnly": Shape(403, "AllocationQuota.FreeTierOnly", "AllocationQuota.FreeTierOnly", 'The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, please disable the "use free tier only" mode in the management console.'),
    FAILED: Shape(400, FAILED, FAILED, IN_PROMPT),
})  # fmt: skip
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
    "quota": CODES["insufficient_quota"],
    "outsized": CODES["insufficient_quota"],
})  # fmt: skip
# Which of the Throttling family is said of which limit; of tokens it is AllocationQuota.
QUOTAS: Final = MappingProxyType({
    ("quota", "requests"): CODES["limit_requests"],
    ("quota", "requests_per_day"): CODES["limit_requests"],
    ("quota", "concurrency"): CODES["Throttling.Concurrency"],
    ("quota", "burst_growth"): CODES["limit_burst_rate"],
})  # fmt: skip
FAILURES: Final = MappingProxyType({
    400: Shape(400, *INVALID, "Invalid parameter"),
    401: Shape(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: CODES["AllocationQuota.FreeTierOnly"],
    404: Shape(404, "invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    429: Shape(429, "limit_requests", "limit_requests", "Requests rate limit exceeded, please try again later."),
    500: Shape(500, "internal_error", "internal_error", "An internal error has occurred, please try again later."),
    503: Shape(503, "service_unavailable", "service_unavailable", "Service is temporarily unavailable, please try again later."),
})  # fmt: skip


def error(shape: Shape, message: str, request_id: str) -> Any:
    """The body; what inspection found has an order and an id of its own."""
    if shape.code == FAILED:
        return _inspection(message, request_id)
    return {**_said(shape, message), "request_id": request_id}


def error_with_id(shape: Shape, message: str, request_id: str) -> Any:
    """The body as other recordings have it: the answer's id instead of the request's."""
    if shape.code == FAILED:
        return _inspection(message, request_id)
    return {**_said(shape, message), "id": f"chatcmpl-{request_id}"}


def _said(shape: Shape, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": shape.type, "param": None, "code": shape.code}}


def _inspection(message: str, request_id: str) -> dict[str, Any]:
    said = {"code": FAILED, "param": None, "message": message, "type": FAILED}
    return {"error": said, "id": f"chatcmpl-{request_id}"}


def broken(identity: str) -> dict[str, Any]:
    """What breaks off a stream whose answer must not be said."""
    return _inspection(IN_ANSWER, identity)


def fitted(profile: Profile) -> dict[str, Any]:
    return {"error": error_with_id if profile.quirks.error_id == "id" else error}
