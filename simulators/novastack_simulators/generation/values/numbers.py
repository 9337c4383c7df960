"""Numbers within bounds and on a grid, reckoned in fractions, so that 0.1 is a tenth."""

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, lcm
from typing import Any, Final, NamedTuple

from novastack_simulators.generation.values.demand import Demand
from novastack_simulators.generation.values.error import Unfit
from novastack_simulators.generation.values.maker import Make
from novastack_simulators.generation.values.place import Place

USUAL: Final = (Fraction(1), Fraction(100))
CENT: Final = Fraction(1, 100)
FINEST: Final = Fraction(1, 10**12)


class Interval(NamedTuple):
    """From low to high; an end that is `open` does not belong to it."""

    low: Fraction
    high: Fraction
    low_open: bool
    high_open: bool

    def points(self, step: Fraction) -> tuple[int, int]:
        """The first and the last multiple of a step that lie in it."""
        first, last = ceil(self.low / step), floor(self.high / step)
        first += self.low_open and first * step == self.low
        last -= self.high_open and last * step == self.high
        return first, last


def integer(demand: Demand, place: Place, _make: Make) -> int:
    step = _together([Fraction(1), *_steps(demand)])
    return int(_drawn(_interval(demand, place), step, place))


def number(demand: Demand, place: Place, _make: Make) -> float:
    steps, interval = _steps(demand), _interval(demand, place)
    drawn = _drawn(interval, _together(steps) if steps else _grid(interval), place)
    return int(drawn) if drawn.denominator == 1 and place.salt % 2 else float(drawn)


def _grid(interval: Interval) -> Fraction:
    """Cents, or finer where the interval is narrow; a single point is its own grid."""
    if interval.low == interval.high:
        return abs(interval.low) or CENT
    step = CENT
    while step > FINEST and interval.high - interval.low < step * 20:
        step /= 10
    return step if interval.high - interval.low >= step else (interval.high - interval.low) / 4


def _drawn(interval: Interval, step: Fraction, place: Place) -> Fraction:
    """A multiple of the step, an everyday number where that is allowed; every other attempt takes any."""
    first, last = interval.points(step)
    if first > last:
        raise Unfit(place.where, "no number lies within the bounds")
    usual = interval._replace(low=max(interval.low, USUAL[0]), high=min(interval.high, USUAL[1]))
    near = usual.points(step) if usual.low <= usual.high and place.salt % 2 == 0 else (1, 0)
    first, last = near if near[0] <= near[1] and first <= near[0] and near[1] <= last else (first, last)
    return place.rng().randint(first, last) * step


def _interval(demand: Demand, place: Place) -> Interval:
    lows = [*_bounds(demand, "minimum", "exclusiveMinimum")]
    highs = [*_bounds(demand, "maximum", "exclusiveMaximum")]
    low = max(lows, default=None)
    high = min(((each, not is_open) for each, is_open in highs), default=None)
    if low is None:
        low = (USUAL[0] if high is None or high[0] > 1 else high[0] - 100, False)
    if high is None:
        high = (max(low[0] + 100, Fraction(100)), True)
    if low[0] > high[0]:
        raise Unfit(place.where, "the minimum is greater than the maximum")
    return Interval(low[0], high[0], low[1], not high[1])


def _bounds(demand: Demand, closed: str, opened: str) -> list[tuple[Fraction, bool]]:
    """Each bound with whether it is open. In draft-04 exclusiveMinimum is a flag beside minimum."""
    found = [(_exact(part[closed]), part.get(opened) is True) for part in demand.parts if closed in part]
    return found + [(_exact(each), True) for each in demand.numbers(opened) if not isinstance(each, bool)]


def _steps(demand: Demand) -> list[Fraction]:
    return [_exact(each) for each in demand.numbers("multipleOf") + demand.numbers("divisibleBy")]


def _together(steps: list[Fraction]) -> Fraction:
    """The least step that is a multiple of all of them."""
    below = lcm(*(step.denominator for step in steps))
    return Fraction(lcm(*(int(step * below) for step in steps)), below)


def _exact(written: Any) -> Fraction:
    return Fraction(Decimal(repr(written)))
