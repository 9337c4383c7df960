"""`novastack calibrate`: from recorded timings to a `tempo:` for a profile, and how well it fits."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
import yaml
from rich.box import SIMPLE_HEAD
from rich.table import Table

from novastack.failure import USAGE, FailureError
from novastack.tables import console_of
from novastack_simulators.generation import seeded
from novastack_simulators.profile import EngineTempo, FittedTempo, load_profile
from novastack_simulators.profile.spreads import SPREADS
from novastack_simulators.tempo.trace import TraceError

if TYPE_CHECKING:
    from novastack_simulators.tempo.calibration.calibrated import Calibrated
    from novastack_simulators.tempo.calibration.goodness import Goodness

ENGINE: Final = "qwen3-235b-a22b-vllm"
MEASURES: Final = {"ttft": "TTFT", "itl": "ITL", "tpot": "TPOT", "e2e": "E2E"}
SUFFIXES: Final = (".png", ".svg")


class Kind(StrEnum):
    """The two kinds of tempo."""

    FITTED = "fitted"
    ENGINE = "engine"


def calibrate(
    recorded: Annotated[
        Path, typer.Argument(metavar="RECORDED.jsonl", help="A recorded request a line; docs/tempo.md has the fields.")
    ],
    *,
    kind: Annotated[Kind, typer.Option(help="Distributions, or the terms of a serving engine.")] = Kind.FITTED,
    family: Annotated[
        str | None, typer.Option(help=f"Not the likeliest distribution but this: {', '.join(SPREADS)}.")
    ] = None,
    profile: Annotated[str, typer.Option(help="The engine to begin with; its settings stay.")] = ENGINE,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the `tempo:` here, not to the screen.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Plot fit against data: a .png or .svg.")] = None,
) -> None:
    """Fit a tempo to recorded timings, and say how well it fits."""
    _checked(kind, family, plot)
    found, source = _calibrated(recorded, kind, family, profile)
    console = console_of()
    console.print(_table(f"{kind} tempo, {source}", found.goodness))
    for note in found.notes:
        console.print(note, markup=False, soft_wrap=True)
    if plot is not None:
        _plotted(found, f"{kind} tempo, {source}", plot)
    text = block(found.tempo)
    if out is None:
        console.print(f"\n{text}", markup=False, soft_wrap=True, end="")
    else:
        _written("--out", out, lambda: out.write_text(text, encoding="utf-8"))


def block(tempo: FittedTempo | EngineTempo) -> str:
    """The `tempo:` of a profile, or of an upstream in the configuration, as YAML."""
    said = {"tempo": _plain(tempo.model_dump(mode="json", exclude_none=True))}
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=1000, default_flow_style=None)


def _plain(value: Any) -> Any:
    """The kind first, where it came from last, and whole numbers without a point."""
    if isinstance(value, dict):
        order = sorted(value, key=lambda name: (name in ("source", "sure"), name != "kind"))
        return {name: _plain(value[name]) for name in order}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _checked(kind: Kind, family: str | None, plot: Path | None) -> None:
    """What can be said before anything is read."""
    if family is not None and family not in SPREADS:
        raise FailureError(f"--family {family}: known are {', '.join(SPREADS)}", status=USAGE)
    if family is not None and kind is Kind.ENGINE:
        raise FailureError("--family: an engine has terms, no distributions; leave it out", status=USAGE)
    if plot is not None and plot.suffix not in SUFFIXES:
        raise FailureError(f"--plot {plot}: expected a name that ends in {' or '.join(SUFFIXES)}", status=USAGE)
    needed = ("scipy", "matplotlib") if plot is not None else ("scipy",)
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        raise FailureError(
            f"{' and '.join(missing)} is not installed: the extra `calibrate` brings it (pip install "
            "'novastack[calibrate]')",
            status=USAGE,
        )


def _calibrated(recorded: Path, kind: Kind, family: str | None, profile: str) -> tuple["Calibrated", str]:
    from novastack_simulators.tempo.calibration import calibrated  # noqa: PLC0415 - needs the extra
    from novastack_simulators.tempo.calibration.recorded import read  # noqa: PLC0415 - needs the extra

    try:
        records = read(recorded.read_bytes().splitlines())
    except OSError as error:
        raise FailureError(f"{recorded}: cannot be read: {error.strerror}", status=USAGE) from None
    except TraceError as error:
        lines = (f"{recorded}: {line}" for line in str(error).splitlines())
        raise FailureError("\n".join(lines), status=USAGE) from None
    source, rng = f"calibrated from {recorded.name}, {len(records):,} requests", seeded("calibrate")
    if kind is Kind.FITTED:
        return calibrated.as_fitted(records, source, rng, family), source
    return calibrated.as_engine(records, source, rng, _engine(profile)), source


def _engine(profile: str) -> EngineTempo:
    try:
        tempo = load_profile(profile).tempo
    except ValueError as error:
        raise FailureError(f"--profile: {error}", status=USAGE) from None
    if not isinstance(tempo, EngineTempo):
        raise FailureError(f"--profile {profile}: its tempo is no engine; one is {ENGINE}", status=USAGE)
    return tempo


def _table(title: str, measures: Iterable["Goodness"]) -> Table:
    """Quantiles in milliseconds: as recorded, as the tempo plays them, and the error."""
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    table.add_column("milliseconds", no_wrap=True)
    for column in ("p10", "p50", "p90", "p99", "distance", "fit"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in measures:
        pairs = zip(each.recorded, each.played, each.errors, strict=True)
        cells = (f"{seen * 1000:,.1f}\n{made * 1000:,.1f}\n{error:+.1%}" for seen, made, error in pairs)
        name = MEASURES[each.measure]
        table.add_row(f"{name}, recorded\n{name}, fit\nerror", *cells, f"{each.distance:.3f}", each.verdict)
        table.add_section()
    return table


def _plotted(found: "Calibrated", title: str, file: Path) -> None:
    from novastack_simulators.tempo.calibration.plot import plot  # noqa: PLC0415 - needs the extra

    _written("--plot", file, lambda: plot(found.recorded, found.played, title, file))


def _written(option: str, file: Path, write: Callable[[], Any]) -> None:
    try:
        write()
    except OSError as error:
        raise FailureError(f"{option} {file}: cannot be written: {error.strerror}", status=USAGE) from None
