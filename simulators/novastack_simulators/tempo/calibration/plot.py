"""Fit against data: the distribution functions of the time to the first token and of the gaps, as PNG or SVG."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from numpy.typing import NDArray

from novastack_simulators.tempo.outcome import MEASURES, Outcome


class Style(NamedTuple):
    """How a curve is drawn."""

    color: str
    width: float


#: What was recorded lies below, so that the fit can be seen on it.
WIDE: Final = Style("#9ecae1", 5.0)
THIN: Final = Style("#b2182b", 1.4)
#: Points of a curve, at the most: a million gaps look no different.
POINTS: Final = 1000
PANELS: Final = {"ttft": "Time to first token", "itl": "Gap between tokens"}


def plot(recorded: Sequence[Outcome], played: Sequence[Outcome], title: str, file: Path) -> None:
    """Writes the plot; the suffix of the file says what it is. Raises OSError."""
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    made = [each for each in played if each.tokens]
    for axes, (measure, name) in zip(figure.subplots(1, len(PANELS)), PANELS.items(), strict=True):
        _panel(axes, MEASURES[measure](recorded), MEASURES[measure](made))
        axes.set_title(name)
    figure.suptitle(title)
    # No date and no random ids: the same fit is the same file.
    with mpl.rc_context({"svg.hashsalt": "novastack"}):
        figure.savefig(file, dpi=120, metadata={"Date": None} if file.suffix == ".svg" else None)


def _curve(values: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times in milliseconds, and the share of all that lies at or below each."""
    shares = np.linspace(0.0, 1.0, min(POINTS, max(2, len(values))))
    return np.quantile(np.asarray(values), shares) * 1000, shares


def _panel(axes: Axes, recorded: Sequence[float], played: Sequence[float]) -> None:
    for values, label, style in ((recorded, "recorded", WIDE), (played, "fit", THIN)):
        if values:
            milliseconds, shares = _curve(values)
            axes.plot(milliseconds, shares, label=label, color=style.color, linewidth=style.width)
    positive = [value for value in (*recorded, *played) if value > 0]
    if positive and max(positive) > 30 * min(positive):
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("milliseconds")
    axes.set_ylabel("share at or below")
    axes.set_ylim(0, 1.01)
    axes.grid(alpha=0.3)
    if positive:
        axes.legend(loc="lower right")
