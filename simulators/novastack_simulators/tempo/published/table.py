"""The tables of docs/tempo.md: each published row beside its simulation, and how large the errors are."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from novastack_simulators.profile.tempo import EngineTempo
from novastack_simulators.tempo.outcome import quantile
from novastack_simulators.tempo.published.bench import run
from novastack_simulators.tempo.published.rows import Published, Row

FIGURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ttft_p50": "TTFT median, ms",
        "ttft_p99": "TTFT p99, ms",
        "tpot_mean": "TPOT mean, ms",
        "itl_p50": "ITL median, ms",
        "itl_p99": "ITL p99, ms",
        "output": "output, tokens/s",
        "duration": "duration, s",
        "user": "tokens/s and user",
    }
)
"""What each figure is called in a heading, in the order of the columns."""


class Result(NamedTuple):
    """A row with the figures of its simulation."""

    row: Row
    simulated: Mapping[str, float]

    def error(self, figure: str) -> float:
        """How far the simulation is from what was published, as a share of that."""
        return self.simulated[figure] / self.row.published[figure] - 1


def results(tempo: EngineTempo, rows: Published) -> list[Result]:
    """All rows, simulated."""
    return [Result(row, run(row, rows.machines[row.machine], tempo)) for row in rows.rows]


def tables(found: list[Result], rows: Published) -> str:
    """A summary, then a table for each machine."""
    by_machine = {name: [each for each in found if each.row.machine == name] for name in rows.machines}
    lines = [*_summary(by_machine, rows)]
    for name, results_there in by_machine.items():
        lines += ["", *_table(name, results_there, rows)]
    return "\n".join(lines) + "\n"


def _summary(by_machine: Mapping[str, list[Result]], rows: Published) -> Iterator[str]:
    yield "| machine | use | rows | figures | median error | nine of ten within | largest |"
    yield "|---|---|---|---|---|---|---|"
    for name, found in by_machine.items():
        for use in ("fit", "scale", "held back"):
            some = [each for each in found if each.row.use == use]
            errors = sorted(abs(each.error(figure)) for each in some for figure in each.row.published)
            if errors:
                cells = (f"{quantile(errors, share):.0%}" for share in (0.5, 0.9, 1.0))
                yield _line(rows.machines[name].title, use, str(len(some)), str(len(errors)), *cells)


def _table(name: str, found: list[Result], rows: Published) -> Iterator[str]:
    machine = rows.machines[name]
    columns = [figure for figure in FIGURES if any(figure in each.row.published for each in found)]
    yield f"### {machine.title}"
    yield ""
    sources = "; ".join(rows.sources[source] for source in dict.fromkeys(each.row.source for each in found))
    yield f"{machine.reasons[:1].upper()}{machine.reasons[1:]}. Source: {sources}."
    if machine.slower:
        yield "Slower by: " + ", ".join(f"`{term}` {factor:g}" for term, factor in machine.slower.items()) + "."
    yield ""
    yield _line("run", "use", *(FIGURES[figure] for figure in columns))
    yield _line(*["---"] * (2 + len(columns)))
    for each in found:
        yield _line(each.row.name, each.row.use, *(_cell(each, figure) for figure in columns))


def _cell(result: Result, figure: str) -> str:
    if figure not in result.row.published:
        return ""
    published, simulated = result.row.published[figure], result.simulated[figure]
    return f"{_short(published)} → {_short(simulated)} ({result.error(figure):+.0%})"


def _short(value: float) -> str:
    """Four digits, as far as there are any."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
