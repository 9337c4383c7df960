"""How OpenAI tells its rate limits, and what it says to whoever is over one.

developers.openai.com (API reference, rate limiting headers; guide to error codes, 2026) and recorded 429s.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from novastack_simulators.dialects.dialect import Sent
from novastack_simulators.dialects.durations import duration, milliseconds, seconds
from novastack_simulators.plan import Headers
from novastack_simulators.refusal import Shape

# Limits per day are not in the headers.
TOLD: Final = ("requests", "tokens")
# The `type` of the error, and the limit as its message names it. The real API has the first three.
NAMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "requests": ("requests", "requests per min (RPM)"),
    "tokens": ("tokens", "tokens per min (TPM)"),
    "requests_per_day": ("requests", "requests per day (RPD)"),
    "input_tokens": ("tokens", "input tokens per min"),
    "output_tokens": ("tokens", "output tokens per min"),
})  # fmt: skip
CODE: Final = "rate_limit_exceeded"
FOR: Final = "for {model} in organization org-novastack on"
AGAIN: Final = "Please try again in {wait}."
OVER: Final = Shape(
    429,
    "requests",
    CODE,
    f"Rate limit reached {FOR} {{quota}}: Limit {{limit}}, Used {{used}}, Requested {{requested}}. {AGAIN}",
)
OUTSIZED: Final = Shape(429, "tokens", CODE, f"Request too large {FOR} {{quota}}: Limit {{limit}}, Requested {{requested}}.")  # fmt: skip
SLOW_DOWN: Final = Shape(503, "service_unavailable_error", "slow_down", "Your requests increased too quickly. Please slow down and ramp up gradually.")  # fmt: skip


def _rows() -> Iterator[tuple[tuple[str, str], Shape]]:
    for name, (kind, title) in NAMES.items():
        for refusal, row in (("quota", OVER), ("outsized", OUTSIZED)):
            yield (refusal, name), row._replace(type=kind, text=row.text.replace("{quota}", title))


QUOTAS: Final = MappingProxyType({
    **dict(_rows()),
    ("quota", "concurrency"): OVER._replace(text=f"Rate limit reached {FOR} concurrent requests: Limit {{limit}}. Please try again later."),
    ("quota", "burst_growth"): SLOW_DOWN,
})  # fmt: skip


def levels(sent: Sent) -> list[tuple[bytes, bytes]]:
    """API reference, rate limiting headers, on every reply: limit, remaining, and a Go duration until the limit is whole again."""
    found: list[tuple[bytes, bytes]] = []
    for name, level in sent.levels.items():
        limit, remaining, reset = _names(name, level.limit)
        found += (
            limit,
            (remaining, b"%d" % level.left),
            (reset, duration(level.whole_at - sent.arrived).encode()),
        )
    return found


@lru_cache(maxsize=1024)
def _names(name: str, limit: int) -> tuple[tuple[bytes, bytes], bytes, bytes]:
    """The first of the three headers, and the names of the others."""
    kind = name.encode()
    first = (b"x-ratelimit-limit-" + kind, b"%d" % limit)
    return first, b"x-ratelimit-remaining-" + kind, b"x-ratelimit-reset-" + kind


def retry(wait: float) -> Headers:
    """Both that its SDKs read, the finer one first."""
    return (b"retry-after-ms", b"%d" % milliseconds(wait)), (b"retry-after", b"%d" % seconds(wait))
