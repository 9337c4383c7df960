"""How things really stand, for whoever judges what a client did with its quota."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from novastack_simulators.profile import LimitName
from novastack_simulators.quotas.book import Book
from novastack_simulators.quotas.clock import SECOND
from novastack_simulators.quotas.gauge import Gauge


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """One limit of one account. Amounts are requests or tokens, times unix seconds; `window` is in seconds.

    `used` is what counts against the limit now (`reserved` of it for answers under way), `remaining` what is left.
    Since the reset: `offered`, `admitted` and `denied` are requests (`denied` by this limit), `settled` is the amount
    spent (of concurrency: request-seconds), `had` what a perfect client could have spent from the first request to the
    last, `utilisation` the one over the other, `peak` the most in any one window (of concurrency: at once).
    An account named `*` sums up those that were forgotten when they were whole again.
    """

    key: str
    model: str
    name: LimitName
    limit: int
    window: float | None
    enforced: bool
    used: int
    remaining: int
    reserved: int
    offered: int
    admitted: int
    denied: int
    settled: int
    had: float | None
    utilisation: float | None
    peak: int
    first: float
    last: float


def truths(book: Book, at: int) -> Iterator[Truth]:
    """One for each limit of the account."""
    return (_truth(book, gauge, at) for gauge in book.gauges)


def _truth(book: Book, gauge: Gauge, at: int) -> Truth:
    level, had = gauge.level(at), gauge.had(book.first, book.last)
    return Truth(
        key=book.account.key,
        model=book.account.model,
        name=gauge.name,
        limit=level.limit,
        window=gauge.window,
        enforced=gauge.enforced,
        used=gauge.used(at),
        remaining=level.left,
        reserved=gauge.reserved,
        offered=book.offered,
        admitted=book.admitted,
        denied=gauge.denied,
        settled=gauge.settled,
        had=had,
        utilisation=round(gauge.settled / had, 6) if had else None,
        peak=gauge.peak,
        first=book.first / SECOND,
        last=book.last / SECOND,
    )


def summed(past: Truth | None, gone: Truth) -> Truth:
    """What accounts did that were forgotten; they were whole, so nothing of theirs is used."""
    gone = replace(gone, key="*", model="*", had=None, utilisation=None)
    if past is None:
        return gone
    return replace(
        gone,
        offered=past.offered + gone.offered,
        admitted=past.admitted + gone.admitted,
        denied=past.denied + gone.denied,
        settled=past.settled + gone.settled,
        peak=max(past.peak, gone.peak),
        first=min(past.first, gone.first),
        last=max(past.last, gone.last),
    )
