"""Q1 conservation, F6 integrity, V1 schedule: whether the run itself can be trusted.

Rule of this file: a request is never lost silently, and a client that could not keep its own schedule says so
instead of judging others.
"""

from collections import Counter
from collections.abc import Iterator
from math import ceil
from typing import Final

from novastack_loadtests.arrivals import ARRIVALS
from novastack_loadtests.call import names
from novastack_loadtests.evidence import Evidence
from novastack_loadtests.verdicts.verdict import Offender, Verdict, failed, passed, undecided

#: V1: lag beyond 5 % of what is measured, here the run, changes what the gateway was asked.
LAG_SHARE: Final = 0.05

#: Seconds of lag that no verdict of ours can tell: all of them hold for any order of nearby requests.
LAG_FLOOR: Final = 0.25


def conservation(evidence: Evidence) -> Verdict:
    """Q1: every request that was sent has exactly one end, and no upstream saw one that nobody sent."""
    outcomes = Counter(record.reply.outcome for record in evidence.records)
    numbers: dict[str, float] = {"sent": len(evidence.records), **{str(end): count for end, count in outcomes.items()}}
    offenders = [*_unaccounted(evidence), *_strays(evidence)]
    if offenders:
        return failed(f"{len(offenders)} requests are not accounted for", offenders, numbers)
    if evidence.ledger.end is None:
        return undecided("the run was cut off: the ledger has no last line", numbers)
    if outcomes["unfinished"]:
        return undecided(f"{outcomes['unfinished']} requests were still open when the run ended", numbers)
    spread = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    return passed(f"{len(evidence.records)} sent = {spread or 'none'}", numbers)


def _unaccounted(evidence: Evidence) -> Iterator[Offender]:
    counts = Counter(record.call.id for record in evidence.records)
    yield from (Offender(each, f"{count} records of one request") for each, count in counts.items() if count > 1)
    end = evidence.ledger.end
    for index in sorted(set(range(end.claimed)) - set(end.unsent)) if end else ():
        name, _ = names(evidence.ledger.plan.run, index)
        if name not in counts:
            yield Offender(name, "taken from the plan, without an end in the ledger")


def _strays(evidence: Evidence) -> Iterator[Offender]:
    for entry in evidence.journals.strays if evidence.journals else ():
        # Without the last line the run was cut off: what was in flight has no record, and that is not the gateway's doing.
        if evidence.ledger.end is not None:
            yield Offender(entry.request_id or entry.canary or "?", f"reached {entry.upstream}, but no client sent it")


def integrity(evidence: Evidence) -> Verdict:
    """F6, F8: every 200 is whole: one finish reason, [DONE] at the end of a stream, no error inside, not cut."""
    offenders = [
        Offender(record.call.id, f"{'stream' if record.call.stream else 'body'}: {record.reply.error}")
        for record in evidence.fulfilled
        if record.reply.outcome == "broken"
    ]
    streams = sum(record.call.stream for record in evidence.fulfilled)
    numbers = {"answers": len(evidence.fulfilled), "streams": streams, "broken": len(offenders)}
    if offenders:
        return failed(f"{len(offenders)} of {len(evidence.fulfilled)} answers are not whole", offenders, numbers)
    if not evidence.fulfilled:
        return undecided("nothing was answered", numbers)
    return passed(f"{streams} streams and {len(evidence.fulfilled) - streams} bodies are whole", numbers)


def schedule(evidence: Evidence) -> Verdict:
    """V1: the client sent what was planned when it was due. Never a FAIL: the gateway is not to blame."""
    plan = evidence.ledger.plan
    lags = sorted(record.times.started - record.times.intended for record in evidence.records)
    if not lags:
        return undecided("nothing was sent")
    late = lags[ceil(0.99 * len(lags)) - 1]
    length = plan.duration or max(record.times.intended for record in evidence.records) - min(
        record.times.intended for record in evidence.records
    )
    planned = sum(1 for _ in ARRIVALS[plan.arrival](plan.rate, plan.duration)) if plan.duration else len(lags)
    numbers = {"planned": planned, "sent": len(lags), "lag p99 ms": round(late * 1000, 1)}
    if late > max(LAG_FLOOR, LAG_SHARE * length) or len(lags) < planned:
        summary = f"{len(lags)} of {planned} sent, p99 {late * 1000:.0f} ms late: use more --users or a lower --rate"
        return undecided(summary, numbers)
    return passed(f"{len(lags)} sent, p99 {late * 1000:.0f} ms late", numbers)
