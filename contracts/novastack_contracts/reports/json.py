"""The report as JSON, for programs. `schema` names its version: a change that could break a reader raises the number."""

import json
from typing import Any, Final

from novastack_contracts.profile import Profile
from novastack_contracts.report import Proof, Report, Result
from novastack_contracts.rule import Verdict

SCHEMA: Final = "novastack.check/1"


def render(report: Report, profile: Profile) -> str:
    """One JSON object, UTF-8, two spaces of indent, ending in a newline. Times are seconds."""
    return json.dumps(_report(report, profile), indent=2, ensure_ascii=False) + "\n"


def _report(report: Report, profile: Profile) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "target": report.target.base,
        "model": report.target.model,
        "profile": profile.value,
        "exit_code": int(report.exit_code(profile)),
        "stopped": report.stopped,
        "started_at": report.started_at,
        "seconds": round(report.seconds, 3),
        "requests": report.requests,
        "notes": list(report.notes),
        "verdicts": {each.value: _verdicts(report, each) for each in Profile},
        "rules": [_result(result) for result in report.results],
    }


def _verdicts(report: Report, profile: Profile) -> dict[str, Any]:
    counts = report.counts(profile)
    return {
        "exit_code": int(report.exit_code(profile)),
        "counts": {verdict.value: counts[verdict] for verdict in Verdict},
        "fatal": [result.rule.id for result in report.fatal(profile)],
    }


def _result(result: Result) -> dict[str, Any]:
    rule = result.rule
    return {
        "id": rule.id,
        "family": result.family,
        "title": rule.title,
        "severity": rule.severity.value,
        "source": rule.source,
        "remedy": rule.remedy,
        "verdicts": {profile.value: result.verdict(profile).value for profile in Profile},
        "reasons": {profile.value: result.reason(profile) for profile in Profile if result.reason(profile)},
        "findings": [_proof(proof) for proof in result.proofs],
    }


def _proof(proof: Proof) -> dict[str, Any]:
    problem, evidence = proof.finding.problem, proof.evidence
    return {
        "probe": proof.finding.probe,
        "text": problem.text,
        "profiles": sorted(problem.profiles),
        "pointer": problem.pointer or None,
        "status": evidence.status,
        "offset": evidence.offset,
        "at": evidence.at,
        "excerpt": evidence.excerpt,
        "curl": evidence.curl,
    }
