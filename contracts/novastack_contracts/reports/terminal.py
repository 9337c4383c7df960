"""The report for a person: a table by family, then each broken rule with its proof, then the two verdicts.

It is drawn on a rich console, so that it has colours on a terminal and is plain text in a pipe or a file.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from novastack_contracts.profile import Profile
from novastack_contracts.report import Exit, Proof, Report, Result
from novastack_contracts.rule import FATAL, Rule, Severity, Verdict

_MOST: Final = 3
_STYLES: Final[Mapping[Verdict, str]] = MappingProxyType(
    {
        Verdict.KEPT: "green",
        Verdict.BROKEN: "bold red",
        Verdict.UNSUPPORTED: "yellow",
        Verdict.INCONCLUSIVE: "magenta",
        Verdict.NOT_APPLICABLE: "dim",
    }
)
_ENDS: Final[Mapping[Exit, tuple[str, str]]] = MappingProxyType(
    {
        Exit.KEPT: ("kept", "bold green"),
        Exit.BROKEN: ("broken", "bold red"),
        Exit.UNJUDGED: ("could not judge", "bold magenta"),
    }
)


def show(report: Report, profile: Profile, console: Console) -> None:
    """Print the report; `profile` is the one that sets the exit code."""
    console.print(
        f"[bold]{escape(report.target.base)}[/] · model [bold]{escape(report.target.model)}[/]", highlight=False
    )
    for note in report.notes:
        console.print(f"note: {escape(note)}", style="yellow", highlight=False)
    if report.stopped is None:
        console.print(_table(report))
        for result in report.results:
            if result.verdict(profile) is Verdict.BROKEN:
                for line in _broken(result, profile):
                    # Not wrapped: a curl is there to be copied.
                    console.print(line, soft_wrap=True)
    console.print(_summary(report, profile))


def listing(families: Mapping[str, tuple[Rule, ...]]) -> RenderableType:
    """All rules, one line each."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("rule", "family", "severity", "profile", "what must hold"):
        table.add_column(heading, no_wrap=heading == "rule")
    for family, rules in families.items():
        for rule in rules:
            table.add_row(rule.id, family, rule.severity.value, _profiles(rule), Text(rule.title))
    return table


def explanation(rule: Rule) -> RenderableType:
    """One rule, in full."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column()
    for name, text in (
        ("severity", f"{rule.severity} ({'fails a run' if rule.severity in FATAL else 'never fails a run'})"),
        ("profile", _profiles(rule)),
        ("why", rule.why),
        ("source", rule.source),
        ("remedy", rule.remedy),
    ):
        table.add_row(name, Text(text))
    return Group(Text(f"{rule.id} · {rule.title}", style="bold"), table)


def _profiles(rule: Rule) -> str:
    return ", ".join(profile.value for profile in Profile if profile in rule.profiles)


def _table(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("rule", no_wrap=True)
    table.add_column("what must hold")
    table.add_column("severity")
    for profile in Profile:
        table.add_column(profile.value, no_wrap=True)
    for family, results in groupby(report.results, key=lambda result: result.family):
        table.add_row(Text(family, style="bold cyan"))
        for result in results:
            table.add_row(
                f"  {result.rule.id}",
                Text(result.rule.title),
                Text(result.rule.severity.value, style="dim"),
                *(_shown(result, profile) for profile in Profile),
            )
        table.add_section()
    return table


def _shown(result: Result, profile: Profile) -> Text:
    verdict = result.verdict(profile)
    if verdict is Verdict.NOT_APPLICABLE:
        return Text("-", style="dim")
    weak = verdict is Verdict.BROKEN and result.rule.severity not in FATAL
    return Text(verdict.value, style="yellow" if weak else _STYLES[verdict])


def _broken(result: Result, profile: Profile) -> Iterator[Text]:
    rule, (first, *others) = result.rule, result.proven(profile)
    style = "bold red" if rule.severity in FATAL else "bold yellow"
    yield Text.assemble((f"{rule.id} ", style), (rule.title, "bold"), f"  ({rule.severity})")
    yield _found("  broken  ", first, "red")
    yield Text.assemble(("  sent    ", "dim"), first.evidence.curl)
    yield Text.assemble(("  came    ", "dim"), f"{first.evidence.status} {first.evidence.excerpt}")
    for other in others[:_MOST]:
        yield _found("  also    ", other, "dim")
    if len(others) > _MOST:
        yield Text(f"          … and {len(others) - _MOST} more; --json has them all", style="dim")
    yield Text.assemble(("  source  ", "dim"), rule.source)
    yield Text.assemble(("  remedy  ", "dim"), rule.remedy, "\n")


def _found(label: str, proof: Proof, style: str) -> Text:
    evidence = proof.evidence
    place = evidence.pointer
    if evidence.offset is not None:
        when = f", {evidence.at * 1000:.0f} ms in" if evidence.at is not None else ""
        place = f"{place} at byte {evidence.offset}{when}".strip()
    text = f"`{proof.finding.probe}`: {proof.finding.problem.text}"
    return Text.assemble((label, style), text, (f"  {place}" if place else "", "cyan"))


def _counts(report: Report, profile: Profile) -> dict[str, int]:
    counts, fatal = report.counts(profile), len(report.fatal(profile))
    named = {verdict.value: counts[verdict] for verdict in Verdict}
    return named | {Verdict.BROKEN.value: fatal, "broken but only to note": counts[Verdict.BROKEN] - fatal}


def _summary(report: Report, chosen: Profile) -> RenderableType:
    lines = [Text(f"{report.requests} requests in {report.seconds:.2f} s", style="dim")]
    if report.stopped is not None:
        lines.append(Text.assemble(("could not judge: ", "bold magenta"), report.stopped))
        return Group(*lines)
    for profile in Profile:
        word, style = _ENDS[report.exit_code(profile)]
        counts = ", ".join(f"{count} {name}" for name, count in _counts(report, profile).items() if count)
        fatal = ", ".join(result.rule.id for result in report.fatal(profile))
        mark = "→" if profile is chosen else " "
        lines.append(
            Text.assemble(f"{mark} {profile:<7}", (word, style), f" ({counts})", f"  {fatal}" if fatal else "")
        )
    if any(
        result.rule.severity is Severity.WARN for result in report.results if result.verdict(chosen) is Verdict.BROKEN
    ):
        lines.append(Text("  warn and info are worth reading and never fail a run", style="dim"))
    return Group(*lines)
