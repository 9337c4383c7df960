"""What a client that is over a limit is told: in the body by the dialect's rows, and in headers when to come again."""

from novastack_simulators.dialects.dialect import Dialect
from novastack_simulators.dialects.durations import duration, seconds
from novastack_simulators.plan import Headers
from novastack_simulators.quotas import Denied
from novastack_simulators.refusal import Refusal


def refusal(dialect: Dialect, denied: Denied, model: str, *, always: bool = False) -> Refusal:
    """The refusal, for the dialect to put into words; its detail `headers` tells when to come again (see later)."""
    return Refusal(
        "outsized" if denied.outsized else "quota",
        quota=denied.name,
        model=model,
        limit=denied.limit,
        used=denied.used,
        requested=denied.requested,
        wait=duration(denied.retry_after_s or 0.0),
        headers=later(dialect, denied, always=always),
    )


def later(dialect: Dialect, denied: Denied, *, always: bool) -> Headers:
    """When to come again, if that is known and the provider says so; or `always`, in seconds, if it does not."""
    wait = denied.retry_after_s
    if wait is None:
        return ()
    if dialect.retry is not None:
        return dialect.retry(wait)
    return ((b"retry-after", b"%d" % seconds(wait)),) if always else ()
