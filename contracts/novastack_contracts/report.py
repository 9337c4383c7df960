"""What a run found: one result per rule, with a verdict in each profile, and the exit code that follows."""

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum

from novastack_contracts.evidence import Evidence
from novastack_contracts.profile import Profile
from novastack_contracts.rule import FATAL, Finding, Rule, Ruling, Verdict
from novastack_contracts.target import Target


class Exit(IntEnum):
    """How `novastack check` ends; 3, for a mistake in its use, is the command's own."""

    KEPT = 0
    BROKEN = 1
    UNJUDGED = 2
    USAGE = 3


@dataclass(frozen=True, slots=True)
class Proof:
    """A finding with what was sent and what came back."""

    finding: Finding
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Result:
    """One rule, judged."""

    family: str
    rule: Rule
    ruling: Ruling
    proofs: tuple[Proof, ...]

    def verdict(self, profile: Profile) -> Verdict:
        """The verdict; a rule that is no part of the profile is not applicable in it."""
        return self.ruling.verdict(profile) if profile in self.rule.profiles else Verdict.NOT_APPLICABLE

    def proven(self, profile: Profile) -> tuple[Proof, ...]:
        """The findings that count in the profile."""
        if profile not in self.rule.profiles:
            return ()
        return tuple(proof for proof in self.proofs if profile in proof.finding.problem.profiles)

    def reason(self, profile: Profile) -> str:
        """Why the rule was not judged; empty when it was."""
        if profile not in self.rule.profiles:
            return f"the rule is no part of the profile {profile}"
        return self.ruling.barred[1] if self.ruling.barred and not self.proven(profile) else ""

    def fatal(self, profile: Profile) -> bool:
        """Whether this result alone fails a run."""
        return self.verdict(profile) is Verdict.BROKEN and self.rule.severity in FATAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole run. `stopped` says why the endpoint could not be judged, when it could not."""

    target: Target
    results: tuple[Result, ...]
    requests: int
    seconds: float
    started_at: str
    notes: tuple[str, ...] = ()
    stopped: str | None = None

    def counts(self, profile: Profile) -> Counter[Verdict]:
        """How many rules have each verdict."""
        return Counter(result.verdict(profile) for result in self.results)

    def fatal(self, profile: Profile) -> tuple[Result, ...]:
        """The results that fail the run."""
        return tuple(result for result in self.results if result.fatal(profile))

    def exit_code(self, profile: Profile) -> Exit:
        """2 when nothing could be judged, 1 when a `break` or `error` rule is broken, else 0."""
        if self.stopped is not None or not self.counts(profile)[Verdict.KEPT] + self.counts(profile)[Verdict.BROKEN]:
            return Exit.UNJUDGED
        return Exit.BROKEN if self.fatal(profile) else Exit.KEPT
