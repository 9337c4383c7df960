"""R1 agreement, R2 routes, F4 once: who answered.

Rule of this file: zero tolerance, since one answer from the wrong model is one user misled. Statuses other than 200
are not answers: they are judged only where they contradict the route table.
"""

from collections import Counter
from collections.abc import Iterator

from novastack_loadtests.evidence import Evidence
from novastack_loadtests.ledger import Record
from novastack_loadtests.verdicts.verdict import Offender, Verdict, failed, passed, undecided


def agreement(evidence: Evidence) -> Verdict:
    """R1: header, journal and the echoed canary name the same upstream and the same request."""
    told = [(record, why) for record in evidence.fulfilled if (why := _disagreement(evidence, record))]
    numbers = {"answers": len(evidence.fulfilled), "contradictions": len(told)}
    if told:
        offenders = [Offender(record.call.id, why) for record, why in told]
        return failed(f"{len(told)} of {len(evidence.fulfilled)} answers contradict a witness", offenders, numbers)
    if not evidence.fulfilled:
        return undecided("nothing was answered", numbers)
    return passed(f"all witnesses of {len(evidence.fulfilled)} answers agree", numbers)


def _disagreement(evidence: Evidence, record: Record) -> str | None:
    return next(
        (why for witness in (_header, _journal, _canary) if (why := witness(evidence, record))),
        None,
    )


def _header(_evidence: Evidence, record: Record) -> str | None:
    return None if record.reply.upstream else "the reply has no x-novastack-upstream"


def _journal(evidence: Evidence, record: Record) -> str | None:
    if evidence.journals is None:
        return None
    served, named = evidence.served(record), record.reply.upstream
    if served != {named}:
        return f"the header says {named}, the journals say {', '.join(sorted(served)) or 'nobody'}"
    foreign = {entry.canary for entry in evidence.seen(record)} - {record.call.canary, None}
    return f"{named} got it with the prompt of {min(map(str, foreign))}" if foreign else None


def _canary(evidence: Evidence, record: Record) -> str | None:
    # Only a simulator echoes: without journals a missing echo proves nothing, a foreign one still does.
    echoed, own = Counter(record.reply.canaries), record.call.canary
    foreign = sorted(set(echoed) - {own})
    if foreign:
        return f"the answer carries {foreign[0]}, the canary of another request"
    if evidence.journals is None or record.reply.outcome != "answered" or echoed[own] == 1:
        return None
    return f"the answer carries its canary {echoed[own]} times instead of once"


def routes(evidence: Evidence) -> Verdict:
    """R2: every request went where our own route table says, by the journals or else by the header."""
    offenders = [Offender(record.call.id, why) for record in evidence.records if (why := _misrouted(evidence, record))]
    numbers = {"requests": len(evidence.records), "answers": len(evidence.fulfilled), "misrouted": len(offenders)}
    if offenders:
        return failed(f"{len(offenders)} of {len(evidence.records)} requests left the route table", offenders, numbers)
    missing = next(_untried(evidence), None)
    if missing:
        return undecided(missing, numbers)
    return passed(f"{len(evidence.fulfilled)} answers, each from the upstream of its route", numbers)


def _misrouted(evidence: Evidence, record: Record) -> str | None:
    call, reply = record.call, record.reply
    asked = f"by {call.route}: {call.path}, model {call.model}"
    if reply.status in (400, 404, 405):
        return f"{asked}: status {reply.status} for a route of the table"
    reached = {entry.upstream for entry in evidence.seen(record)}
    if not reached and reply.status == 200 and reply.upstream:
        reached = {reply.upstream}
    if reached <= {call.expected}:
        return None
    return f"{asked}: expected {call.expected}, went to {', '.join(sorted(reached))}"


def _untried(evidence: Evidence) -> Iterator[str]:
    """Why there was too little to judge by."""
    sent, answers = len(evidence.records), len(evidence.fulfilled)
    statuses = Counter(record.reply.status or record.reply.outcome for record in evidence.records)
    if answers * 2 < sent or not sent:
        others = ", ".join(
            f"{count} x {status}" for status, count in sorted(statuses.items(), key=str) if status != 200
        )
        yield f"only {answers} of {sent} requests were answered ({others or 'none were sent'})"
    tried = {(record.call.route, record.call.expected) for record in evidence.records}
    open_ = tried - {(record.call.route, record.call.expected) for record in evidence.fulfilled}
    if open_:
        yield f"never answered: {', '.join(f'{name} by {route}' for route, name in sorted(open_))}"


def once(evidence: Evidence) -> Verdict:
    """F4: an answered request was completed by one upstream call; only calls that failed may be repeated."""
    offenders = [
        Offender(record.call.id, f"completed {count} times upstream")
        for record in evidence.fulfilled
        if (count := _completed(evidence, record)) > 1
    ]
    numbers = {"answers": len(evidence.fulfilled), "repeated": len(offenders)}
    if offenders:
        return failed(f"{len(offenders)} answers were paid for more than once", offenders, numbers)
    if not evidence.fulfilled:
        return undecided("nothing was answered", numbers)
    return passed(f"{len(evidence.fulfilled)} answers, one upstream call each", numbers)


def _completed(evidence: Evidence, record: Record) -> int:
    return sum(
        entry.status == 200 and entry.cancelled_at is None and entry.fault is None for entry in evidence.seen(record)
    )
