"""The report in its formats."""

import json
from io import StringIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from novastack_loadtests.judge import judge
from novastack_loadtests.reports import REPORTS
from novastack_loadtests.reports.terminal import show


@pytest.fixture(scope="module")
def report(desk: Any) -> Any:
    """Two of 30 went astray; the schedule is undecided."""
    rows = [desk.record(index) for index in range(28)]
    wrong = [desk.record(at, reply=desk.answer(desk.call(at), upstream="[claude]")) for at in (28, 29)]
    return judge(desk.evidence([*rows, *wrong], scenario="routing", rate=99.0))


def shown(report: Any) -> Any:
    out = StringIO()
    show(report, Console(file=out, width=120))
    return out.getvalue()


def test_json_holds_the_report(report: Any) -> None:
    """Outcome, verdicts and offenders."""
    data = json.loads(REPORTS["json"](report))
    routes = next(row for row in data["rows"] if row["name"] == "routes")
    assert ("FAIL", 2, "load-test-00000028") == (
        data["outcome"],
        routes["verdict"]["offences"],
        routes["verdict"]["offenders"][0]["id"],
    )


def test_junit_has_a_case_per_verdict(report: Any) -> None:
    """FAIL is a failure, INCONCLUSIVE an error: neither turns a CI green."""
    suite = ET.fromstring(REPORTS["junit"](report))
    assert (len(report.rows), "1", "1") == (len(list(suite)), suite.get("failures"), suite.get("errors"))
    assert "load-test-00000028" in (suite.findtext("testcase/failure") or "")


def test_the_terminal_shows_each_verdict_with_its_evidence(report: Any) -> None:
    """Readable in a pipe, and square brackets are text."""
    text = shown(report)
    for wanted in ("R2   FAIL", "V1   INCONCLUSIVE", "load-test-00000028", "went to [claude]", "FAIL (ledger only)"):
        assert wanted in text


def test_the_terminal_shows_no_offenders_of_what_passed(desk: Any) -> None:
    """PASS is one line of the table."""
    text = shown(judge(desk.whole([desk.record(0)], scenario="routing", rate=0.1)))
    assert "load-test" not in text


def test_what_a_gateway_writes_cannot_break_a_report(desk: Any) -> None:
    """Control characters in a header end up in neither the terminal nor the XML."""
    row = desk.record(0, reply=desk.answer(desk.call(0), upstream="\x1b[31m\x00"))
    report = judge(desk.evidence([row], scenario="routing"))
    ET.fromstring(REPORTS["junit"](report))
    assert "\x1b" not in shown(report)
