"""Waiting for entries: what has come is looked at once, of what comes later the journal tells. Who waits keeps the time."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from novastack_simulators.journal.entry import Entry, Summary


class Waiter:
    """Calls `done` when so many entries have been seen; each counts once, whenever and however often it is seen."""

    def __init__(self, count: int, done: Callable[[], object]) -> None:
        self._count = count
        self._done = done
        self._seen: set[int] = set()

    def see(self, entry: Summary) -> None:
        self._seen.add(entry.sequence)
        if len(self._seen) >= self._count:
            self._done()


class Follower:
    """The numbers of entries that have ended and were not yet read, oldest end first; of too many the oldest are lost.

    While what had come before is still being read, `fresh` tells which entries will come through here instead.
    """

    def __init__(self, capacity: int, news: Callable[[], object]) -> None:
        self._ended: deque[int] = deque(maxlen=capacity)
        self._news = news
        self._fresh: set[int] | None = set()

    def see(self, entry: Entry) -> None:
        if entry.ended:
            self._ended.append(entry.sequence)
            if self._fresh is not None:
                self._fresh.add(entry.sequence)
            self._news()

    def old(self, entries: Iterable[Entry]) -> list[Entry]:
        """Those that ended before following began."""
        fresh = self._fresh or ()
        return [entry for entry in entries if entry.ended and entry.sequence not in fresh]

    def caught_up(self) -> None:
        """What had come before has been read."""
        self._fresh = None

    def take(self, most: int) -> Iterator[int]:
        """The next few."""
        for _ in range(min(most, len(self._ended))):
            yield self._ended.popleft()
