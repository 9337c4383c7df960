"""The report as JUnit XML, for CI: a suite per family, a case per rule, judged by the chosen profile.

A broken `break` or `error` rule is a failure; a broken `warn` or `info` rule passes and says so in its output; a rule
that was not judged is skipped with the reason.
"""

import re
from itertools import groupby
from typing import Final
from xml.etree import ElementTree as ET

from novastack_contracts.profile import Profile
from novastack_contracts.report import Report, Result
from novastack_contracts.rule import Verdict

# XML 1.0 §2.2: these characters cannot stand in a document, not even escaped.
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, profile: Profile) -> str:
    """One XML document, ending in a newline."""
    root = ET.Element("testsuites", name="novastack check", time=f"{report.seconds:.3f}")
    for family, group in groupby(report.results, key=lambda result: result.family):
        results = tuple(group)
        suite = ET.SubElement(root, "testsuite", name=f"{profile}.{family}", tests=str(len(results)))
        suite.set("failures", str(sum(result.fatal(profile) for result in results)))
        suite.set("errors", "0")
        suite.set("skipped", str(sum(bool(result.reason(profile)) for result in results)))
        for result in results:
            _case(suite, result, profile)
    if report.stopped is not None:
        _stopped(root, report.stopped)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, result: Result, profile: Profile) -> None:
    name = f"{result.rule.id} {result.rule.title}"
    case = ET.SubElement(suite, "testcase", classname=f"novastack.check.{profile}.{result.family}", name=_clean(name))
    if result.fatal(profile):
        failure = ET.SubElement(case, "failure", type=result.rule.severity.value, message=_first(result, profile))
        failure.text = _told(result, profile)
    elif result.verdict(profile) is Verdict.BROKEN:
        ET.SubElement(case, "system-out").text = _told(result, profile)
    elif result.reason(profile):
        ET.SubElement(case, "skipped", message=_clean(f"{result.verdict(profile)}: {result.reason(profile)}"))


def _stopped(root: ET.Element, reason: str) -> None:
    suite = ET.SubElement(root, "testsuite", name="run", tests="1", failures="0", errors="1", skipped="0")
    case = ET.SubElement(suite, "testcase", classname="novastack.check", name="the endpoint can be judged")
    ET.SubElement(case, "error", type="unjudged", message=_clean(reason))


def _first(result: Result, profile: Profile) -> str:
    return _clean(result.proven(profile)[0].finding.problem.text)


def _told(result: Result, profile: Profile) -> str:
    lines: list[str] = []
    for proof in result.proven(profile):
        where = proof.evidence.pointer or (f"byte {proof.evidence.offset}" if proof.evidence.offset is not None else "")
        lines += [f"{proof.finding.probe}: {proof.finding.problem.text} {where}".rstrip()]
        lines += [f"  sent: {proof.evidence.curl}", f"  came: {proof.evidence.status} {proof.evidence.excerpt}"]
    return _clean("\n".join([*lines, f"source: {result.rule.source}", f"remedy: {result.rule.remedy}"]))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
