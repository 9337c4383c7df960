"""L4 promise, L5 headers and refusal: what a limited client is told.

Rule of this file: a header is judged as the text that was sent, and a promise only by what then happened.
"""

from collections.abc import Callable, Iterable, Iterator
from math import ceil

from novastack_loadtests.evidence import Evidence
from novastack_loadtests.figures import whole
from novastack_loadtests.ledger import Record, Reply
from novastack_loadtests.verdicts.admissions import SLACK, decided, everything, limit, possible, refusals
from novastack_loadtests.verdicts.limits import NO_LIMIT
from novastack_loadtests.verdicts.verdict import Offender, Verdict, failed, passed, undecided
from novastack_loadtests.windows import gap_of, quiet


def promise(evidence: Evidence) -> Verdict:
    """L4: each 429 says in whole seconds when to come back, and the promise is not refuted by the run."""
    refused = refusals(evidence)
    if not refused:
        return undecided("no request was refused")
    length = evidence.ledger.plan.window
    offenders = [Offender(record.call.id, why) for record in refused if (why := _ill_said(record.reply, length))]
    offenders += _refuted(evidence, refused)
    numbers = {"refused": len(refused), "untrue": len(offenders)}
    if offenders:
        return failed(f"{len(offenders)} of {len(refused)} refusals name no true time to come back", offenders, numbers)
    return passed(f"{len(refused)} refusals, each with a retry-after that held", numbers)


def _ill_said(reply: Reply, window: float) -> str | None:
    said, precise = reply.retry_after, reply.retry_after_ms
    if said is None:
        return "no retry-after"
    seconds = whole(said)
    if not seconds:
        return f"retry-after {said!r} is not a whole number of seconds from 1"
    if seconds > ceil(window):
        return f"retry-after {said} is longer than the window of {window:g} s"
    if precise is None:
        return None
    fine = whole(precise)
    if fine is None or max(1, ceil(fine / 1000)) != seconds:
        return f"retry-after {said} and retry-after-ms {precise!r} contradict each other"
    return None


def _delay(reply: Reply) -> float | None:
    """Seconds until the promised time, by the more precise header."""
    told = ((whole(reply.retry_after_ms), 0.001), (whole(reply.retry_after), 1.0))
    return next((number * unit for number, unit in told if number is not None), None)


def _refuted(evidence: Evidence, refused: Iterable[Record]) -> Iterator[Offender]:
    """A promise is refuted when another request was refused after its time, and nothing was admitted in between.

    In between somebody else may have taken the slot, so a gap with a possible admission proves nothing.
    """
    gaps = quiet(possible(evidence))
    placed = [(gap_of(decided(evidence, record), gaps), record) for record in refused]
    last: dict[int | None, float] = {}
    for gap, record in placed:
        last[gap] = max(last.get(gap, 0.0), record.times.started)
    for gap, record in placed:
        delay = _delay(record.reply)
        if gap is not None and delay is not None and decided(evidence, record).latest + delay + SLACK < last[gap]:
            yield Offender(record.call.id, f"told to come back after {delay:g} s, but then still nothing was admitted")


def headers(evidence: Evidence) -> Verdict:
    """L5: every reply of the limited key names the same limit, and a remaining between 0 and the limit."""
    allowed = limit(evidence)
    replies = [record for record in everything(evidence) if record.reply.outcome in ("answered", "broken", "refused")]
    if allowed is None or not any(record.reply.limit for record in replies):
        return undecided(NO_LIMIT)
    offenders = [Offender(record.call.id, why) for record in replies if (why := _ill_counted(record.reply, allowed))]
    numbers = {"replies": len(replies), "limit": allowed, "wrong": len(offenders)}
    if offenders:
        return failed(f"{len(offenders)} of {len(replies)} replies miscount the limit", offenders, numbers)
    return passed(f"{len(replies)} replies, each with limit {allowed} and a remaining within it", numbers)


def _ill_counted(reply: Reply, allowed: int) -> str | None:
    checks: tuple[tuple[str | None, str, Callable[[int], bool]], ...] = (
        (reply.limit, "x-ratelimit-limit-requests", lambda value: value == allowed),
        (reply.remaining, "x-ratelimit-remaining-requests", lambda value: 0 <= value <= allowed),
    )
    for text, name, holds in checks:
        number = whole(text)
        if number is None or not holds(number):
            return f"{name} is {text}, limit {allowed}"
    return None


def refusal(evidence: Evidence) -> Verdict:
    """L5: what was refused reached no upstream, so a refused request costs nothing."""
    refused = refusals(evidence)
    offenders = [
        Offender(record.call.id, f"refused, yet it reached {entries[0].upstream}")
        for record in refused
        if (entries := evidence.seen(record))
    ]
    numbers = {"refused": len(refused), "seen": len(offenders)}
    if offenders:
        return failed(f"{len(offenders)} of {len(refused)} refused requests reached an upstream", offenders, numbers)
    if not refused:
        return undecided("no request was refused", numbers)
    return passed(f"{len(refused)} refused requests, none seen upstream", numbers)
