"""`status`: the upstream answers with an HTTP error in the provider's own shape, before anything else."""

import math
from email.utils import formatdate
from typing import Annotated, Any, Final, Literal

import msgspec
from pydantic import BeforeValidator, Field

from novastack_simulators.faults.at import WholeAt
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.fault import Fault
from novastack_simulators.faults.headers import put
from novastack_simulators.faults.wording import shown
from novastack_simulators.plan import Plan
from novastack_simulators.profile import Strict

LONGEST: Final = 1e9


class RetryAfter(Strict):
    """How long to wait: in seconds or as a date (RFC 9110, 10.2.3), or in the SDKs' own retry-after-ms."""

    seconds: float = Field(ge=0, le=LONGEST, strict=True)
    spelled: Literal["seconds", "date", "ms"] = Field(default="seconds", alias="as")


def readable(given: Any) -> Any:
    """Says in one sentence what a `retry_after` may be; a bare number is short for `seconds`."""
    if isinstance(given, dict):
        return RetryAfter.model_validate(given)
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if given is None or isinstance(given, RetryAfter) or (number and 0 <= given <= LONGEST):
        return given
    text = f'seconds from 0 to {LONGEST:.0f}, or {{"seconds": s, "as": "seconds", "date" or "ms"}}'
    raise ValueError(f"expected {text}, got {shown(given)}")


Later = Annotated[float | RetryAfter | None, BeforeValidator(readable)]


class Status(Fault):
    """`status` is the HTTP code, `retry_after` after how long to ask again, `should_retry` what the SDKs are told.

    `code` chooses among the provider's errors of that status, by the code in their body.
    """

    do: Literal["status"]
    at: WholeAt = "before_headers"
    status: int = Field(ge=400, le=599, strict=True)
    retry_after: Later = None
    should_retry: bool | None = Field(default=None, strict=True)
    code: str | None = Field(default=None, min_length=1, max_length=64)


def wait(later: float | RetryAfter, now: float) -> tuple[bytes, bytes]:
    """The header that says how long to wait, said at a time (unix seconds)."""
    seconds, spelled = (later.seconds, later.spelled) if isinstance(later, RetryAfter) else (later, "seconds")
    if spelled == "ms":
        return b"retry-after-ms", f"{seconds * 1000:.15g}".encode()
    if spelled == "date":
        # A date has whole seconds; rounded down it would be too early.
        return b"retry-after", formatdate(math.ceil(now + seconds), usegmt=True).encode()
    return b"retry-after", f"{seconds:.15g}".encode()


def strike(fault: Status, _plan: Plan, context: Context) -> Plan:
    """The error instead of the answer."""
    headers = context.error.headers
    if fault.retry_after is not None:
        headers = put(headers, *wait(fault.retry_after, context.wall))
    if fault.should_retry is not None:
        # The SDKs of OpenAI and Anthropic take it for an order, whatever the status (their _base_client.py, 2026).
        headers = put(headers, b"x-should-retry", b"true" if fault.should_retry else b"false")
    return msgspec.structs.replace(context.error, headers=headers)
