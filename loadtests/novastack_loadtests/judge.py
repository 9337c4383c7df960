"""From evidence to a report: asks each verdict of a scenario.

Rule of this file: pure. One FAIL makes the report FAIL; without one, a single INCONCLUSIVE makes it INCONCLUSIVE; what
was not asked is named in the notes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from math import ceil
from types import MappingProxyType
from typing import Final

import msgspec

from novastack_loadtests.call import Plan
from novastack_loadtests.evidence import Evidence
from novastack_loadtests.ledger import Record
from novastack_loadtests.scenarios import SCENARIOS
from novastack_loadtests.verdicts import VERDICTS
from novastack_loadtests.verdicts.verdict import Outcome, Verdict

EXIT_CODES: Final[Mapping[Outcome, int]] = MappingProxyType({"PASS": 0, "FAIL": 1, "INCONCLUSIVE": 2})


class Row(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    code: str
    title: str
    verdict: Verdict


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`outcomes` counts how the requests ended; `latency` is in milliseconds and of answered requests only."""

    outcome: Outcome
    plan: Plan
    summary: str
    basis: str
    notes: tuple[str, ...]
    rows: tuple[Row, ...]
    outcomes: Mapping[str, int]
    latency: Mapping[str, float]

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.outcome]


def judge(evidence: Evidence) -> Report:
    """Asks the verdicts of the ledger's scenario."""
    scenario = SCENARIOS[evidence.ledger.plan.scenario]
    asked = {name: VERDICTS[name] for name in scenario.verdicts}
    able = {name: question for name, question in asked.items() if question.blind or evidence.journals}
    rows = tuple(
        Row(name=name, code=question.code, title=question.title, verdict=question.judge(evidence))
        for name, question in able.items()
    )
    return Report(
        outcome=_overall([row.verdict.outcome for row in rows]),
        plan=evidence.ledger.plan,
        summary=scenario.summary,
        basis=evidence.basis,
        notes=_notes(evidence, [name for name in asked if name not in able]),
        rows=rows,
        outcomes=Counter(record.reply.outcome for record in evidence.records),
        latency=_latency(evidence.records),
    )


def _overall(outcomes: list[Outcome]) -> Outcome:
    order: tuple[Outcome, ...] = ("FAIL", "INCONCLUSIVE", "PASS")
    return next(outcome for outcome in order if outcome in outcomes)


def _notes(evidence: Evidence, unasked: list[str]) -> tuple[str, ...]:
    notes = list(_errors(evidence.records))
    if evidence.blind is not None:
        notes.append(f"judged from the client's ledger alone: {evidence.blind}")
    if unasked:
        notes.append(f"not judged, since only journals can tell: {', '.join(unasked)}")
    return tuple(notes)


def _errors(records: tuple[Record, ...]) -> Iterator[str]:
    """Why requests had no answer: the most frequent reasons, as the client met them."""
    replies = (record.reply for record in records)
    reasons = Counter((reply.outcome, reply.error) for reply in replies if reply.outcome in ("failed", "rejected"))
    for (outcome, error), count in reasons.most_common(3):
        yield f"{count} {outcome}: {error}"


def _latency(records: tuple[Record, ...]) -> Mapping[str, float]:
    """From the time a call was due, so that a stall is felt by every call it delayed (coordinated omission)."""
    answered = [record for record in records if record.reply.outcome == "answered"]
    spans = sorted(record.times.ended - record.times.intended for record in answered)
    if not spans:
        return {}
    return {f"p{share}": round(spans[ceil(share / 100 * len(spans)) - 1] * 1000, 1) for share in (50, 95, 99)}
