"""One run inside the Locust process: who sends next and when, and the ledger that is being written.

Rule of this file: open loop; a call is due by the plan, not by when the last reply came. Knows nothing of Locust.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from novastack_loadtests.arrivals import ARRIVALS
from novastack_loadtests.call import Call, Plan
from novastack_loadtests.ledger import End, Line, Record, encode
from novastack_loadtests.scenarios import SCENARIOS

#: Seconds from the first user to the first call: the others must have been spawned, or they come late.
LEAD: Final = 0.25


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
        self._halted = False

    @property
    def over(self) -> bool:
        """Whether every call of the plan has ended."""
        return self._exhausted and not self._waiting and not self._open

    def claim(self) -> Slot | None:
        """The next call, or None when the plan is over. The plan's clock starts shortly after the first claim."""
        self._epoch = self._epoch or self.now() + LEAD
        item = next(self._dues, None)
        if item is None:
            self._exhausted = True
            return None
        index, due = item
        self._claimed += 1
        self._waiting.add(index)
        return Slot(SCENARIOS[self.plan.scenario].call(self.plan, index), self._epoch + due)

    def begin(self, call: Call) -> bool:
        """Call this right before a claimed call is sent: if it says yes, the call must get a record.

        It says no once the run is being stopped: a user that wakes while Locust ends it would be cut off in flight.
        """
        if self._halted:
            return False
        self._waiting.discard(call.index)
        self._open.add(call.index)
        return True

    def halt(self) -> None:
        """Lets nothing begin any more."""
        self._halted = True

    def end(self, record: Record) -> None:
        """Writes the record of a call that was begun."""
        self._open.discard(record.call.index)
        self.write(record)

    def write(self, line: Line) -> None:
        self._file.write(encode(line))

    def close(self) -> None:
        """Writes the last line, once. What is still open then has no record, and conservation will say so."""
        if self._file.closed:
            return
        self.write(End(claimed=self._claimed, unsent=tuple(sorted(self._waiting))))
        self._file.close()
