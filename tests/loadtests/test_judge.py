"""From evidence to a report."""

from time import process_time
from typing import Any

import pytest

from novastack_loadtests.judge import EXIT_CODES, judge
from novastack_loadtests.ledger import Reply
from novastack_loadtests.scenarios import SCENARIOS
from novastack_loadtests.scenarios.routing import CELLS


def kept(desk: Any) -> Any:
    """A run in which everything held."""
    scenario = SCENARIOS["routing"]
    plan = desk.plan(scenario="routing", rate=2.4)
    calls = [scenario.call(plan, index) for index in range(len(CELLS))]
    return [desk.record(call.index, at=call.index / 2.4, expected=call.expected, route=call.route) for call in calls]


def test_everything_kept_passes(desk: Any) -> None:
    """Every verdict of the scenario is asked."""
    report = judge(desk.whole(kept(desk), scenario="routing", rate=2.4))
    assert ("PASS", 0, SCENARIOS["routing"].verdicts, ()) == (
        report.outcome,
        report.exit_code,
        tuple(row.name for row in report.rows),
        report.notes,
    )


def test_one_failure_fails_the_report(desk: Any) -> None:
    """Though others are undecided."""
    rows = [desk.record(0, reply=desk.answer(desk.call(0), upstream="claude-opus-4-7"))]
    assert ("FAIL", 1) == (judge(desk.whole(rows, scenario="routing")).outcome, EXIT_CODES["FAIL"])


def test_one_open_question_makes_the_report_inconclusive(desk: Any) -> None:
    """A schedule that was not sent whole."""
    report = judge(desk.whole(kept(desk), scenario="routing", rate=100.0))
    assert ("INCONCLUSIVE", 2) == (report.outcome, report.exit_code)


def test_without_journals_the_report_says_what_it_could_not_ask(desk: Any) -> None:
    """The client-side forms run; the rest is named."""
    report = judge(desk.evidence(kept(desk), scenario="routing", rate=2.4))
    assert ("PASS", "ledger only") == (report.outcome, report.basis)
    assert (
        "judged from the client's ledger alone: no simulators were named",
        "not judged, since only journals can tell: once",
    ) == report.notes


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_can_be_judged_on_nothing(desk: Any, name: str) -> None:
    """An empty run is inconclusive, and no traceback."""
    assert "INCONCLUSIVE" == judge(desk.evidence([], [], scenario=name, end=None)).outcome


def test_errors_are_told_with_their_reason(desk: Any) -> None:
    """The report says why nothing was answered."""
    rows = [desk.record(index, reply=Reply(outcome="failed", error="refused to connect")) for index in range(3)]
    assert "3 failed: refused to connect" == judge(desk.evidence(rows, scenario="routing")).notes[0]


def test_latency_counts_from_when_a_call_was_due(desk: Any) -> None:
    """A stall is felt by every call it delayed."""
    row = desk.record(0)
    late = type(row)(call=row.call, times=type(row.times)(intended=-1.0, started=0.0, ended=1.0), reply=row.reply)
    assert {"p50": 2000.0, "p95": 2000.0, "p99": 2000.0} == judge(desk.evidence([late], scenario="routing")).latency


def test_a_large_run_is_judged_without_quadratic_work(desk: Any) -> None:
    """Twenty thousand requests, most of them refused, and no probe to begin with: seconds, not hours."""
    rows = [
        desk.record(index, at=index / 1000, reply=None if index % 10 == 0 else desk.refusal())
        for index in range(20_000)
    ]
    began = process_time()
    judge(desk.whole(rows, limit=10_000))
    assert process_time() - began < 10
