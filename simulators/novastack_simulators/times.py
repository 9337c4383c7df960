"""The planned and the actual times of the answers that ended lately, one of each for every event. Pure."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final

CAPACITY: Final = 1_000


class Times:
    """Of the last CAPACITY answers, by the sequence number of their journal entry."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[Sequence[float], Sequence[float]]] = OrderedDict()

    def keep(self, sequence: int, planned: Sequence[float], actual: Sequence[float]) -> None:
        self._kept[sequence] = (planned, actual)
        if len(self._kept) > CAPACITY:
            self._kept.popitem(last=False)

    def report(self, sequence: int) -> dict[str, Any] | None:
        """Seconds after the arrival; None if the answer is under way, or forgotten."""
        found = self._kept.get(sequence)
        if found is None:
            return None
        planned, actual = found
        return {"planned": [round(each, 6) for each in planned], "actual": [round(each, 6) for each in actual]}

    def clear(self) -> None:
        self._kept.clear()
