"""What was measured, as values: samples with their middle and their ends, tables of them, and targets. Pure."""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Literal

import msgspec


class Sample(msgspec.Struct, frozen=True):
    """The median of some rounds, and their least and most."""

    value: float
    least: float
    most: float


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What issue 4 asks for; `value` None: not measured."""

    text: str
    sense: Literal["at most", "at least"]
    bound: float
    value: float | None
    unit: str = ""

    @property
    def met(self) -> bool | None:
        if self.value is None or math.isnan(self.value):
            return None
        return self.value <= self.bound if self.sense == "at most" else self.value >= self.bound


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the issue: candidates by name, what was measured of each (or why not), targets and remarks.

    `taken` is when, `load` the load average just before.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    measured: Mapping[str, Mapping[str, Sample]]
    absent: Mapping[str, str] = {}
    targets: tuple[Target, ...] = ()
    remarks: tuple[str, ...] = ()
    taken: str = ""
    load: float = 0.0


def sample(rounds: Sequence[float]) -> Sample:
    return Sample(median(rounds), min(rounds), max(rounds))


def samples(rounds: Sequence[Mapping[str, float]]) -> dict[str, Sample]:
    """Each column's sample; what is not a number was not measured."""
    columns = {column: [each[column] for each in rounds] for column in (rounds[0] if rounds else ())}
    return {column: sample(values) for column, values in columns.items() if not any(map(math.isnan, values))}


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of values in order; not a number where there are none."""
    if not values:
        return math.nan
    return values[min(len(values) - 1, max(0, math.ceil(share * len(values)) - 1))]


def ratio(table: Mapping[str, Mapping[str, Sample]], column: str, above: str, below: str) -> float | None:
    """How many times one candidate's figure is another's; None where either was not measured."""
    over, under = table.get(above, {}).get(column), table.get(below, {}).get(column)
    return over.value / under.value if over and under and under.value else None
