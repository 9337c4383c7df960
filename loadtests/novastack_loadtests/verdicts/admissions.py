"""What the limiter let through, and what it turned away, as intervals of time.

Rule of this file: pure; certain and possible are kept apart, so that no verdict accuses by a rounding of clocks.
"""

from collections.abc import Iterator
from typing import Final

from novastack_loadtests.evidence import Evidence
from novastack_loadtests.figures import whole
from novastack_loadtests.ledger import Record
from novastack_loadtests.windows import Interval

#: Seconds by which the gateway's idea of "now" may differ: event loops read their clock once per turn.
SLACK: Final = 0.01


def everything(evidence: Evidence) -> Iterator[Record]:
    """The run's requests and the probe, which took a slot of the limit as well."""
    yield from evidence.records
    if evidence.ledger.probe:
        yield evidence.ledger.probe


def decided(evidence: Evidence, record: Record) -> Interval:
    """When the limiter decided: after the client sent, before the first sign of it."""
    times = record.times
    sign = times.ended if times.first_byte is None else times.first_byte
    # A journal's clock is believed only where it fits the client's: on two machines the clocks may differ.
    arrivals = [entry.arrived for entry in evidence.seen(record) if times.started <= entry.arrived <= sign]
    return Interval(times.started - SLACK, min((*arrivals, sign)) + SLACK)


def certain(evidence: Evidence) -> Iterator[tuple[Interval, Record]]:
    """Admitted without doubt: answered with 200, or not refused and seen by an upstream."""
    for record in everything(evidence):
        if record.reply.status == 200 or (record.reply.status != 429 and evidence.seen(record)):
            yield decided(evidence, record), record


def possible(evidence: Evidence) -> Iterator[Interval]:
    """All that may have taken a slot: whatever the limiter itself did not refuse."""
    for record in everything(evidence):
        if record.reply.outcome != "refused" or _passed_on(evidence, record):
            yield decided(evidence, record)


def refusals(evidence: Evidence) -> tuple[Record, ...]:
    """The limiter's own 429s, by the time of sending; an upstream's 429 that was passed on is not one."""
    refused = (record for record in everything(evidence) if record.reply.outcome == "refused")
    own = (record for record in refused if not _passed_on(evidence, record))
    return tuple(sorted(own, key=lambda record: record.times.started))


def _passed_on(evidence: Evidence, record: Record) -> bool:
    return any(entry.status == 429 for entry in evidence.seen(record))


def limit(evidence: Evidence) -> int | None:
    """Requests per window: what the user stated, or else what the first reply that names a limit says."""
    stated = evidence.ledger.plan.limit
    named = (whole(record.reply.limit) for record in (evidence.ledger.probe, *evidence.records) if record)
    return stated or next(filter(None, named), None)


def spent(evidence: Evidence, allowed: int) -> int:
    """Slots that were taken before the probe, by its `remaining`; all of them when it did not say."""
    probe = evidence.ledger.probe
    remaining = whole(probe.reply.remaining) if probe else None
    if remaining is None:
        return allowed
    # An admitted probe took one of the slots itself.
    own = 0 if probe and probe.reply.status == 429 else 1
    return max(0, allowed - remaining - own)
