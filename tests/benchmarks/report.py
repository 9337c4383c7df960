"""Tables as text, Markdown and JSON; the page docs/benchmarks.md keeps the last run between two markers."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.machine import Machine
from benchmarks.sample import Sample, Table, Target

BEGIN: Final = "<!-- the last run: written by make bench -->"
END: Final = "<!-- end of the last run -->"
VERDICTS: Final = {True: "met", False: "**missed**", None: "not measured"}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Where was measured, and what each row found."""

    machine: Machine
    tables: tuple[Table, ...]


def number(value: float) -> str:
    """Three figures are enough: the rest is noise."""
    if math.isnan(value):
        return "-"
    if abs(value) >= 1000:
        return f"{value / 1000:.3g} k" if abs(value) < 1e6 else f"{value / 1e6:.3g} M"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def cell(found: Sample | None) -> str:
    if found is None:
        return "-"
    spread = "" if found.least == found.most else f" ({number(found.least)} to {number(found.most)})"
    return number(found.value) + spread


def line(target: Target) -> str:
    found = "-" if target.value is None else f"{number(target.value)} {target.unit}".strip()
    bound = f"{target.sense} {number(target.bound)} {target.unit}".strip()
    return f"| {target.text} | {bound} | {found} | {VERDICTS[target.met]} |"


def markdown(table: Table) -> str:
    lines = [
        f"### {table.title}",
        "",
        f"Taken {table.taken}; load average just before: {table.load:g}.",
        "",
        f"| | {' | '.join(table.columns)} |",
        "|---" * (len(table.columns) + 1) + "|",
    ]
    for label, figures in table.measured.items():
        lines.append(f"| {label} | {' | '.join(cell(figures.get(column)) for column in table.columns)} |")
    lines += [
        f"| {label} | not measured: {why} {'| ' * (len(table.columns) - 1)}|" for label, why in table.absent.items()
    ]
    if table.targets:
        lines += ["", "| target | asked | found | |", "|---|---|---|---|", *map(line, table.targets)]
    if table.remarks:
        lines += ["", *(f"- {remark}" for remark in table.remarks)]
    return "\n".join(lines)


def page(report: Report) -> str:
    """What stands between the markers."""
    machine = report.machine
    head = f"{machine.cores} cores ({machine.processor}), Linux {machine.kernel}, Python {machine.python}."
    return "\n\n".join((head, *map(markdown, report.tables)))


def inserted(text: str, between: str) -> str:
    """The page with what is between the markers replaced. Raises ValueError where they are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no place for the run: expected {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{between}\n\n{END}{after}"


def merged(earlier: Report | None, tables: Sequence[Table]) -> tuple[Table, ...]:
    """The rows of this run; those that it did not ask for stay as they were."""
    new = {table.name: table for table in tables}
    kept = [] if earlier is None else [new.pop(table.name, table) for table in earlier.tables]
    return (*kept, *new.values())


def write(report: Report, folder: Path, document: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "last.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    document.write_text(inserted(document.read_text(encoding="utf-8"), page(report)), encoding="utf-8")
