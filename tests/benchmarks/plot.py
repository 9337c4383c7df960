"""The run as a picture: what each row measured, side by side. Skipped with a line where matplotlib is not installed."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.report import Report
from benchmarks.sample import Table

BARS = {"chat": "CPU µs/request", "streams": "CPU µs/event", "overload": "stream p50 ms", "start": "first answer s"}


def plot(report: Report, file: Path) -> str:
    """Draws into the file; returns a line that says what was done."""
    if find_spec("matplotlib") is None:
        return "no plot: matplotlib is not installed (pip install 'novastack[calibrate]')"
    import matplotlib as mpl  # noqa: PLC0415 - an extra

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - an extra

    tables = [table for table in report.tables if table.name in BARS and table.measured]
    figure, axes = plt.subplots(len(tables), 1, figsize=(8, 1 + 1.9 * len(tables)), squeeze=False)
    for table, axis in zip(tables, axes[:, 0], strict=True):
        _bars(axis, table, BARS[table.name])
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)
    return f"plot: {file}"


def _bars(axis: Any, table: Table, column: str) -> None:
    """The middle of the rounds as a bar, their ends as a whisker; on a logarithmic scale, for ratios are the message."""
    shown = {label: figures[column] for label, figures in table.measured.items() if column in figures}
    middle = [each.value for each in shown.values()]
    ends = [[each.value - each.least for each in shown.values()], [each.most - each.value for each in shown.values()]]
    axis.barh(list(shown), middle, xerr=ends, color="#4c78a8", ecolor="#333333", capsize=2)
    axis.invert_yaxis()
    axis.set_xscale("log")
    axis.set_title(f"{table.title}: {column}", fontsize=9, loc="left")
    axis.tick_params(labelsize=8)
