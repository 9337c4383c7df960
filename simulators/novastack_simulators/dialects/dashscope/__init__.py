"""DashScope: Model Studio's OpenAI-compatible mode, as it serves Qwen3."""

from types import MappingProxyType
from typing import Final

from novastack_simulators.dialects.dashscope.decode import decode
from novastack_simulators.dialects.dashscope.encode import plain, stream
from novastack_simulators.dialects.dashscope.errors import CODES, FAILURES, QUOTAS, REFUSALS, error, fitted
from novastack_simulators.dialects.dialect import Answer, Dialect, Fields, Sent, bearer
from novastack_simulators.dialects.identifiers import uuid
from novastack_simulators.dialects.openai.listing import resources
from novastack_simulators.plan import Headers

# Seconds after which the vendor's gateway gives up (recorded).
TIMEOUT: Final = b"298"
# Seconds for which a caller may ask to be queued.
SHORTEST: Final = 3
LONGEST: Final = 120


def _headers(sent: Sent) -> Headers:
    """Times are those of this request, in milliseconds; no rate-limit headers, as none was ever recorded."""
    arrived, waited = round(sent.arrived * 1000), round(sent.waited * 1000)
    return (
        (b"x-request-id", sent.request_id.encode()),
        (b"x-dashscope-call-gateway", b"true"),
        (b"x-dashscope-finished", b"true"),
        (b"x-dashscope-timeout", TIMEOUT),
        (b"req-cost-time", b"%d" % waited),
        (b"req-arrive-time", b"%d" % arrived),
        (b"resp-start-time", b"%d" % (arrived + waited)),
        (b"x-envoy-upstream-service-time", b"%d" % waited),
        (b"set-cookie", b"acw_tc=%b;path=/;HttpOnly;Max-Age=1800" % sent.request_id.replace("-", "").encode()),
        (b"server", b"istio-envoy"),
    )


def _patience(fields: Fields) -> float:
    """X-DashScope-Wait-Timeout (Model Studio, rate limits): 3 to 120 s, for burst throttling only; else none."""
    given = fields.get("x-dashscope-wait-timeout", "")
    seconds = int(given) if given.isascii() and given.isdigit() and len(given) <= 3 else 0
    return float(seconds) if SHORTEST <= seconds <= LONGEST else 0.0


CHAT: Final = Answer(decode, plain, stream)
DASHSCOPE: Final = Dialect(
    name="dashscope",
    base="/compatible-mode/v1",
    chat=CHAT,
    resources=MappingProxyType(resources(CHAT, "/compatible-mode/v1", "/v1")),
    key=bearer,
    refusals=REFUSALS,
    failures=FAILURES,
    codes=CODES,
    error=error,
    request_id=uuid,
    headers=_headers,
    fit=fitted,
    quotas=QUOTAS,
    patience=_patience,
)
