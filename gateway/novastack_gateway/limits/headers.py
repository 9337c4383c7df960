"""A decision in the headers that OpenAI's API uses and its SDKs read."""

import math

from novastack_gateway.errors import Header
from novastack_gateway.limits.decision import Decision


def go_duration(seconds: float) -> str:
    """A duration as Go prints it, in whole milliseconds: `547ms`, `1s`, `2m52.8s`, `1h0m0s`, `0s`."""
    milliseconds = math.ceil(seconds * 1000)
    if milliseconds <= 0:
        return "0s"
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest / 1000:g}s"
    if hours:
        return f"{hours}h{minutes}m{tail}"
    return f"{minutes}m{tail}" if minutes else tail


def rate_headers(decision: Decision) -> tuple[Header, ...]:
    """`x-ratelimit-*-requests` for every reply; `retry-after` and `retry-after-ms` for a refusal.

    developers.openai.com, API reference, "Overview" (November 2026): names, and resets as Go durations.
    """
    headers = state_headers(decision)
    if decision.allowed:
        return headers
    # RFC 9110 section 10.2.3: delay-seconds is a whole number; rounded up, or the client would come too early.
    milliseconds = max(1, math.ceil(decision.retry_after * 1000))
    wait = ((b"retry-after", b"%d" % math.ceil(milliseconds / 1000)), (b"retry-after-ms", b"%d" % milliseconds))
    return (*headers, *wait)


def state_headers(decision: Decision) -> tuple[Header, ...]:
    """How a limit stands, for a reply that neither spent of it nor was refused by it."""
    return (
        (b"x-ratelimit-limit-requests", b"%d" % decision.limit),
        (b"x-ratelimit-remaining-requests", b"%d" % decision.remaining),
        (b"x-ratelimit-reset-requests", go_duration(decision.reset).encode()),
    )
