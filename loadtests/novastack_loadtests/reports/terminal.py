"""The report for a person: a table of verdicts, then the evidence of what did not pass.

Rule of this file: everything that matters is text; colour only repeats it, so a pipe loses nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from novastack_loadtests.judge import Report, Row
from novastack_loadtests.verdicts.verdict import Outcome

STYLES: Final[Mapping[Outcome, str]] = MappingProxyType(
    {"PASS": "bold green", "FAIL": "bold red", "INCONCLUSIVE": "bold yellow"}
)

#: Offenders shown per verdict; the JSON report has more.
SHOWN: Final = 5


def show(report: Report, console: Console) -> None:
    """Prints the whole report."""
    console.print(_table(report))
    for row in report.rows:
        for line in _evidence(row):
            console.print(line, soft_wrap=True)
    for line in _closing(report):
        console.print(line, soft_wrap=True)


def _table(report: Report) -> Table:
    plan = report.plan
    pace = f"{plan.rate:g} requests/s" + (f" for {plan.duration:g} s" if plan.duration else "")
    title = f"load {plan.scenario} -> {escape(plan.target)} - {pace}, {plan.users} users, seed {plan.seed}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("question")
    table.add_column("finding")
    for row in report.rows:
        outcome = row.verdict.outcome
        table.add_row(row.code, f"[{STYLES[outcome]}]{outcome}[/]", row.title, escape(row.verdict.summary))
    return table


def _evidence(row: Row) -> Iterator[str]:
    verdict = row.verdict
    if verdict.outcome == "PASS":
        return
    yield f"[{STYLES[verdict.outcome]}]{verdict.outcome}[/] {row.code} {row.name}: {escape(verdict.summary)}"
    if verdict.window is not None:
        window = verdict.window
        yield f"    worst window {_clock(window.since)} to {_clock(window.until)} UTC: {window.count}"
    for offender in verdict.offenders[:SHOWN]:
        yield f"    {escape(offender.id)}  {escape(offender.why)}"
    if verdict.offences > SHOWN:
        yield f"    ... {verdict.offences} in all; --json writes up to {len(verdict.offenders)} of them"


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S.%f")[:-3]


def _closing(report: Report) -> Iterator[str]:
    ends = ", ".join(f"{count} {outcome}" for outcome, count in sorted(report.outcomes.items()))
    latency = ", ".join(f"{name} {value:g} ms" for name, value in report.latency.items())
    yield f"requests: {ends or 'none'}" + (
        f" - latency of the answered, from when they were due: {latency}" if latency else ""
    )
    for note in report.notes:
        yield f"note: {escape(note)}"
    yield f"[{STYLES[report.outcome]}]{report.outcome}[/] ({report.basis}): {report.summary}"
