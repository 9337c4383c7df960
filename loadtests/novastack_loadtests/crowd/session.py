"""One run inside the Locust process: who sends next and when, and the ledger that is being written.

Rule of this file: open loop; a call is due by the plan, not by when the last reply came. Knows nothing of Locust.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from novastack_loadtests.arrivals import ARRIVALS
from novastack_loadtests.call import Call, Plan
from novastack_loadtests.ledger import End, Line, Record, encode
from novastack_loadtests.scenarios import SCENARIOS


@dataclass(frozen=True)
class Slot:
    """A call and the unix second at which it is due."""

    call: Call
    due: float


class Session:
    """Shared by all users of a run; greenlets switch only at I/O, so nothing here needs a lock."""

    def __init__(self, plan: Plan, api_key: str, path: Path, now: Callable[[], float]) -> None:
        self.plan = plan
        self.api_key = api_key
        self.now = now
        self._file = path.open("ab")
        self._dues = enumerate(ARRIVALS[plan.arrival](plan.rate, plan.duration))
        self._epoch: float | None = None
        self._claimed = 0
        self._waiting: set[int] = set()
        self._open: set[int] = set()
        self._exhausted = False

    @property
    def over(self) -> bool:
        """Whether every call of the plan has ended."""
        return self._exhausted and not self._waiting and not self._open

    def claim(self) -> Slot | None:
        """The next call, or None when the plan is over. The plan's clock starts with the first claim."""
        self._epoch = self._epoch or self.now()
        item = next(self._dues, None)
        if item is None:
            self._exhausted = True
            return None
        index, due = item
        self._claimed += 1
        self._waiting.add(index)
        return Slot(SCENARIOS[self.plan.scenario].call(self.plan, index), self._epoch + due)

    def begin(self, call: Call) -> None:
        """Call this right before a claimed call is sent: from here on it must have a record."""
        self._waiting.discard(call.index)
        self._open.add(call.index)

    def end(self, record: Record) -> None:
        """Writes the record of a call that was begun."""
        self._open.discard(record.call.index)
        self.write(record)

    def write(self, line: Line) -> None:
        self._file.write(encode(line))

    def close(self) -> None:
        """Writes the last line. What is still open then has no record, and conservation will say so."""
        self.write(End(claimed=self._claimed, unsent=tuple(sorted(self._waiting))))
        self._file.close()
