"""The vocabulary of judgement: a rule, what it found, and how findings become a verdict in each profile."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from novastack_contracts.exchange import Record
from novastack_contracts.profile import BOTH, Profile


class Severity(StrEnum):
    """`break`: SDKs or agents fail. `error`: wrong. `warn`, `info`: worth knowing; they never fail a run."""

    BREAK = "break"
    ERROR = "error"
    WARN = "warn"
    INFO = "info"


FATAL = frozenset({Severity.BREAK, Severity.ERROR})


class Verdict(StrEnum):
    """`unsupported`: refused with a clear 4xx, which is honest and never rewarded."""

    KEPT = "kept"
    BROKEN = "broken"
    UNSUPPORTED = "unsupported"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: a JSON path, or a span of bytes in the body, or neither."""

    text: str
    pointer: str = ""
    span: tuple[int, int] | None = None
    profiles: frozenset[Profile] = BOTH


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem in the exchange of that probe."""

    probe: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Ruling:
    """The outcome of a rule: its findings, and why it could not be judged if it could not."""

    findings: tuple[Finding, ...] = ()
    barred: tuple[Verdict, str] | None = None

    def seen_by(self, profile: Profile) -> tuple[Finding, ...]:
        """The findings that count in a profile."""
        return tuple(finding for finding in self.findings if profile in finding.problem.profiles)

    def verdict(self, profile: Profile) -> Verdict:
        """Findings outweigh the bar: what was seen broken is broken, even if more could not be seen."""
        if self.seen_by(profile):
            return Verdict.BROKEN
        return self.barred[0] if self.barred else Verdict.KEPT


Judge = Callable[[Record], Ruling]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that an endpoint must keep. `source` is the clause, recording or thread that it comes from."""

    id: str
    title: str
    severity: Severity
    why: str
    source: str
    remedy: str
    judge: Judge
    profiles: frozenset[Profile] = BOTH
