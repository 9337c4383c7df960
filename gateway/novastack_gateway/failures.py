"""What a client is told when an upstream fails: whose fault it was, whether to come again, and no secret.

A provider's text is shown only where the client can act on it (its own request was wrong), and only redacted.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from novastack_gateway.dialects import Dialect
from novastack_gateway.errors import Header, Problem
from novastack_gateway.redaction import redact
from novastack_gateway.transport import TooSlow, TransportError, Unreachable

# How an upstream's status is passed on. 401 to 404 speak of the gateway's own credential, bill and configuration,
# not of the client's: they are the gateway's 502. A 422 is OpenAI's 400; 529 is Anthropic's word for 503.
_STATUS: Final[Mapping[int, tuple[int, str, str | None]]] = {
    400: (400, "invalid_request_error", None),
    401: (502, "server_error", "upstream_auth_error"),
    402: (502, "server_error", "upstream_billing_error"),
    403: (502, "server_error", "upstream_auth_error"),
    404: (502, "server_error", "upstream_not_found"),
    408: (504, "server_error", "upstream_timeout"),
    409: (409, "invalid_request_error", None),
    413: (413, "invalid_request_error", "request_too_large"),
    422: (400, "invalid_request_error", None),
    429: (429, "rate_limit_error", "upstream_rate_limited"),
    500: (502, "server_error", "upstream_error"),
    503: (503, "server_error", "upstream_overloaded"),
    504: (504, "server_error", "upstream_timeout"),
    529: (503, "server_error", "upstream_overloaded"),
}
_OTHERWISE: Final = (502, "server_error", "upstream_error")

_RETRY: Final = frozenset({b"retry-after", b"retry-after-ms"})
# RFC 9110 section 10.2.3: seconds or a date; fractions are sent by some and read by OpenAI's SDKs.
_WHEN: Final = re.compile(rb"\d{1,9}(?:\.\d{1,9})?|[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")


def refused(dialect: Dialect, status: int, headers: Sequence[Header], body: bytes) -> Problem:
    """An upstream's error reply, as the client is told."""
    ours, kind, code = _STATUS.get(status, _OTHERWISE)
    retry = tuple((name, value) for name, value in headers if name in _RETRY and _WHEN.fullmatch(value))
    if kind != "invalid_request_error":
        return Problem(ours, f"The upstream answered with status {status}.", type=kind, code=code, headers=retry)
    message, param, theirs = dialect.message_of(body)
    text, param, theirs = (None if value is None else redact(value) for value in (message, param, theirs))
    text = text or f"The upstream answered with status {status}."
    return Problem(ours, text, type=kind, code=code or theirs or "invalid_value", param=param, headers=retry)


def unanswered(error: TransportError) -> Problem:
    """No whole reply came."""
    if isinstance(error, TooSlow):
        return Problem(504, f"No whole answer: {error}.", type="server_error", code="upstream_timeout")
    code = "upstream_unreachable" if isinstance(error, Unreachable) else "upstream_broken"
    return Problem(502, f"No whole answer: {error}.", type="server_error", code=code)


def truncated() -> Problem:
    """The stream ended without saying that it was complete."""
    return Problem(
        502, "The upstream's stream ended before it was complete.", type="server_error", code="upstream_truncated"
    )
