"""The report as JUnit XML: a test case per verdict, so that a CI shows each by name.

FAIL is a failure; INCONCLUSIVE is an error, since a CI that hides it as skipped would turn green without evidence.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from novastack_loadtests.judge import Report, Row
from novastack_loadtests.verdicts.verdict import Outcome

TAGS: Final[Mapping[Outcome, str]] = MappingProxyType({"FAIL": "failure", "INCONCLUSIVE": "error"})


def as_junit(report: Report) -> str:
    """XML with one suite, named after the scenario; ends in a newline."""
    counts = {
        f"{tag}s": str(sum(row.verdict.outcome == outcome for row in report.rows)) for outcome, tag in TAGS.items()
    }
    name = f"novastack load {report.plan.scenario}"
    suite = Element("testsuite", {"name": name, "tests": str(len(report.rows)), **counts})
    for row in report.rows:
        _case(suite, name, row)
    indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suite, encoding="unicode") + "\n"


def _case(suite: Element, classname: str, row: Row) -> None:
    case = SubElement(suite, "testcase", {"classname": classname, "name": f"{row.code} {row.name}: {row.title}"})
    verdict = row.verdict
    if verdict.outcome in TAGS:
        problem = SubElement(case, TAGS[verdict.outcome], {"message": verdict.summary})
        problem.text = "\n".join(f"{offender.id}: {offender.why}" for offender in verdict.offenders)
    else:
        SubElement(case, "system-out").text = verdict.summary
