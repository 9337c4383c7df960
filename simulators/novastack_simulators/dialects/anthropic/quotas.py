"""How Anthropic tells its rate limits, and what it says to whoever is over one.

platform.claude.com/docs/en/api/rate-limits (headers, token bucket, acceleration limits), and recorded 429s and headers.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from novastack_simulators.dialects.dialect import Sent
from novastack_simulators.dialects.durations import seconds
from novastack_simulators.plan import Headers
from novastack_simulators.quotas import Level
from novastack_simulators.refusal import Shape

ORGANIZATION: Final = "6f1f7f2e-51a4-4d7c-9d2b-2f6a5a0c7e11"
TOLD: Final = ("requests", "tokens", "input_tokens", "output_tokens")
NAMES: Final[Mapping[str, str]] = MappingProxyType({
    "requests": "requests per minute",
    "tokens": "tokens per minute",
    "input_tokens": "input tokens per minute",
    "output_tokens": "output tokens per minute",
    "requests_per_day": "requests per day",
})  # fmt: skip
SAID: Final = (
    f"(org: {ORGANIZATION}, model: {{model}}). For details, refer to: https://docs.claude.com/en/api/rate-limits"
)
OVER: Final = Shape(
    429,
    "rate_limit_error",
    None,
    f"This request would exceed your organization's rate limit of {{limit}} {{quota}} {SAID}.",
)
CONCURRENCY: Final = OVER._replace(
    text=f"Number of concurrent connections has exceeded your rate limit of {{limit}} {SAID}."
)
GROWTH: Final = OVER._replace(text=f"This request would exceed your organization's maximum usage increase rate {SAID}.")


def _rows() -> Iterator[tuple[tuple[str, str], Shape]]:
    """A request that is larger than the limit is refused in the same words."""
    for name, title in NAMES.items():
        for refusal in ("quota", "outsized"):
            yield (refusal, name), OVER._replace(text=OVER.text.replace("{quota}", title))


QUOTAS: Final = MappingProxyType({
    **dict(_rows()),
    ("quota", "concurrency"): CONCURRENCY,
    ("quota", "burst_growth"): GROWTH,
})  # fmt: skip


def levels(sent: Sent) -> Iterator[tuple[bytes, bytes]]:
    """`tokens` is the sum of both kinds where it is no limit of its own; times are RFC 3339.

    What is left of tokens is rounded to thousands, as recorded; downwards, so that nothing is promised that is not there.
    """
    levels = dict(sent.levels)
    if "tokens" not in levels and {"input_tokens", "output_tokens"} <= levels.keys():
        read, written = levels["input_tokens"], levels["output_tokens"]
        whole_at = max(read.whole_at, written.whole_at)
        levels["tokens"] = Level(read.limit + written.limit, read.left + written.left, whole_at)
    for name, level in levels.items():
        left = level.left if name == "requests" else level.left - level.left % 1000
        start = b"anthropic-ratelimit-" + name.replace("_", "-").encode()
        yield start + b"-limit", b"%d" % level.limit
        yield start + b"-remaining", b"%d" % left
        yield start + b"-reset", f"{datetime.fromtimestamp(seconds(level.whole_at), UTC):%Y-%m-%dT%H:%M:%SZ}".encode()


def retry(wait: float) -> Headers:
    """`retry-after` as documented; `x-should-retry` as recorded."""
    return (b"retry-after", b"%d" % seconds(wait)), (b"x-should-retry", b"true")
