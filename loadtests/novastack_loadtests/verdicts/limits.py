"""L1 envelope, L2 admission: not one request too many, not one too few.

Rule of this file: the limit is N requests in any sliding window. Both verdicts are proofs from intervals, without a
tolerance in percent; what the key did before the run counts only as far as the probe told.
"""

from collections.abc import Iterator

from novastack_loadtests.evidence import Evidence
from novastack_loadtests.verdicts.admissions import certain, decided, limit, possible, refusals, spent
from novastack_loadtests.verdicts.verdict import Offender, Verdict, Window, failed, passed, undecided
from novastack_loadtests.windows import Possible, crowded

NO_LIMIT = "no limit is known: no x-ratelimit-limit-requests in any reply; state it with --limit"


def envelope(evidence: Evidence) -> Verdict:
    """L1: in no window were more admitted than the limit. Earlier use of the key could only make it worse."""
    allowed = limit(evidence)
    if allowed is None:
        return undecided(NO_LIMIT)
    length = evidence.ledger.plan.window
    admitted = list(certain(evidence))
    worst = crowded((moment for moment, _ in admitted), length)
    window = Window(worst.until - length, worst.until, worst.size)
    numbers = {"limit": allowed, "admitted": len(admitted), "worst window": worst.size}
    earlier = spent(evidence, allowed) if evidence.ledger.probe else 0
    uncounted = f", beside {earlier} spent before the run" if earlier else ""
    summary = f"at most {worst.size} of {allowed} admitted in any {length:g} s{uncounted}"
    if worst.size > allowed:
        held = sorted(pair for pair in admitted if window.since < pair[0].earliest and pair[0].latest <= window.until)
        extra = [Offender(record.call.id, f"admission beyond {allowed}") for _, record in held[allowed:]]
        return failed(f"{worst.size} admitted in one window of {length:g} s, limit {allowed}", extra, numbers, window)
    if crowded(possible(evidence), length).size > allowed:
        return undecided(f"{summary}, but requests that ended in an error may have been admitted as well", numbers)
    offered = _offered(evidence)
    if offered < 2 * allowed:
        return undecided(f"{summary}, but only {offered} were offered in one: twice the limit tells", numbers)
    return passed(summary, numbers, window)


def admission(evidence: Evidence) -> Verdict:
    """L2: no request was refused while the window certainly had room."""
    allowed = limit(evidence)
    if allowed is None:
        return undecided(NO_LIMIT)
    before, offered = spent(evidence, allowed), _offered(evidence)
    offenders = list(_wronged(evidence, allowed, before))
    admitted = sum(1 for _ in certain(evidence))
    numbers = {"limit": allowed, "offered": offered, "admitted": admitted, "spent before": before}
    if offenders:
        return failed(f"{len(offenders)} refused while the window had room", offenders, numbers)
    if not admitted or offered < 2 * allowed:
        why = f"{offered} offered in a window, {admitted} admitted, limit {allowed}: twice the limit tells"
        return undecided(why, numbers)
    if before >= allowed and not _outlasted(evidence):
        return undecided("the key's earlier use is unknown: no x-ratelimit-remaining-requests on the probe", numbers)
    sent = len(evidence.records)
    return passed(f"{admitted} admitted of {sent} offered; {before} slots were spent before the run", numbers)


def _offered(evidence: Evidence) -> int:
    """The demand: the most requests that were sent within one window."""
    moments = (decided(evidence, record) for record in evidence.records)
    return crowded(moments, evidence.ledger.plan.window).size


def _outlasted(evidence: Evidence) -> bool:
    """Whether some refusal came after all earlier use of the key had left the window."""
    free = _free(evidence)
    return any(decided(evidence, record).earliest >= free for record in refusals(evidence))


def _free(evidence: Evidence) -> float:
    """From when on no slot of before the run can still be taken: a window after the first request was decided."""
    ledger = evidence.ledger
    first = ledger.probe or min(evidence.records, key=lambda record: record.times.started)
    return first.times.ended + ledger.plan.window


def _wronged(evidence: Evidence, allowed: int, before: int) -> Iterator[Offender]:
    refused = refusals(evidence)
    if not refused:
        return
    slots, length, free = Possible(possible(evidence)), evidence.ledger.plan.window, _free(evidence)
    for record in refused:
        moment = decided(evidence, record)
        earlier = 0 if moment.earliest >= free else before
        taken = slots.count(moment.earliest - length, moment.latest) + earlier
        if taken < allowed:
            yield Offender(record.call.id, f"refused with at most {taken} of {allowed} slots taken")
