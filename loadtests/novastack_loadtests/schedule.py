"""Who sends next, and when: the open loop's due times, claimed one by one.

Rule of this file: a call is due by the plan, not by when the last reply came. Times are seconds since the start.
"""

from collections.abc import Iterator


class Schedule:
    """Hands out (index, due) in order. `issued` counts the calls that were sent."""

    def __init__(self, dues: Iterator[float]) -> None:
        self._dues = enumerate(dues)
        self.exhausted = False
        self.issued = 0

    def claim(self) -> tuple[int, float] | None:
        """The next call, or None when the plan is over."""
        slot = next(self._dues, None)
        self.exhausted = slot is None
        return slot
