"""Plans of what is said outright, with no model's time in it: pages and errors. Pure."""

from typing import Final

import msgspec

from novastack_simulators.dialects import Dialect
from novastack_simulators.dialects.dialect import Page, Sent
from novastack_simulators.plan import Frame, Headers, Plan, instant
from novastack_simulators.refusal import Shape

JSON: Final = (b"content-type", b"application/json")


def page(dialect: Dialect, status: int, shown: Page, sent: Sent) -> Plan:
    """A page, under the provider's headers."""
    kind = (b"content-type", shown.content_type)
    return instant(status, sized(kind, dialect.headers(sent), shown.data), shown.data)


def error(dialect: Dialect, shape: Shape, text: str, sent: Sent) -> Plan:
    """An error, in the provider's shape."""
    body = dialect.error(shape, text, sent.request_id)
    return page(dialect, shape.status, Page(b"application/json", msgspec.json.encode(body)), sent)


def mishap(dialect: Dialect, plan: Plan, failed: Plan) -> Plan:
    """The error as it is said in a stream that has begun: under the stream's own head."""
    data = dialect.mishap(failed.frames[0].data)
    return Plan(status=plan.status, headers=plan.headers, frames=(Frame("error", 0, data),), dues=(0.0,))


def retried(failed: Plan, seconds: float | None) -> Plan:
    """The error, saying after how long to ask again."""
    if seconds is None:
        return failed
    return msgspec.structs.replace(failed, headers=(*failed.headers, (b"retry-after", f"{seconds:.15g}".encode())))


def delayed(plan: Plan, seconds: float) -> Plan:
    """The whole answer, so many seconds later."""
    if not seconds:
        return plan
    return msgspec.structs.replace(plan, dues=[due + seconds for due in plan.dues], end=plan.end + seconds)


def headed(plan: Plan, headers: Headers) -> Plan:
    """The plan with more in its head."""
    return msgspec.structs.replace(plan, headers=(*plan.headers, *headers)) if headers else plan


def sized(kind: tuple[bytes, bytes], headers: Headers, body: bytes) -> Headers:
    return (kind, (b"content-length", b"%d" % len(body)), *headers)
