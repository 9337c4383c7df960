"""What a simulator saw: every request that arrived, bounded in memory. A key is named by a fingerprint only.

`open`, `begin` and `close` are on the way of every request: they set fields, and nothing is rendered or masked there.
"""

import contextlib
import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from novastack_simulators.journal.entry import Entry, Headers, Summary
from novastack_simulators.journal.file import File
from novastack_simulators.journal.keeping import Keeping
from novastack_simulators.journal.query import Query
from novastack_simulators.journal.segment import INDEXED
from novastack_simulators.journal.store import Store

REQUEST_ID: Final = b"x-request-id"


class Watch:
    """`callback` is called with each entry that the query means, when its answer begins and when it is over."""

    def __init__(self, query: Query, callback: Callable[[Entry], object]) -> None:
        self.query = query
        self.callback = callback


class Journal:
    """The last `keeping.capacity` entries by their numbers, which count from 1. Live ones are changed by who answers.

    `watches` are those who are called back.
    """

    def __init__(self, upstream: str, keeping: Keeping | None = None, file: File | None = None) -> None:
        keeping = keeping or Keeping()
        self._upstream = upstream
        self._capacity = keeping.capacity
        self._longest = keeping.body_bytes
        self._file = file
        self._store = Store(keeping.capacity, keeping.bodies_bytes)
        self._live: dict[int, Entry] = {}
        self.watches: list[Watch] = []
        self._opened = 0
        self._cleared = 0

    def open(
        self, method: str, path: str, headers: Headers | Mapping[str, str], body: bytes | None = b"", *, now: float
    ) -> Entry:
        """A new entry for a request that just arrived; names of headers are in lower case, no body was not taken."""
        sequence = self.number()
        pairs = headers if isinstance(headers, tuple) else _pairs(headers)
        request_id = None
        for name, value in pairs:
            if name == REQUEST_ID:
                request_id = value.decode("latin-1")
                break
        entry = self._live[sequence] = Entry(
            sequence=sequence,
            upstream=self._upstream,
            request_id=request_id,
            method=method,
            path=path,
            arrived=now,
            headers=pairs,
            body_bytes=None if body is None else len(body),
            body=body or b"",
        )
        return entry

    def number(self) -> int:
        """The number of one more request."""
        sequence = self._opened = self._opened + 1
        if not sequence % self._store.size:
            self._trim()
        return sequence

    def begin(self, entry: Entry, first_byte: float | None = None, end: float | None = None) -> None:
        """The answer begins: what is known of the request has been set, and this is what is planned."""
        entry.planned_first_byte, entry.planned_end = first_byte, end
        if self.watches:
            self._tell(entry)

    def close(self, entry: Entry) -> None:
        """The answer is over, one way or the other; what is set later is lost."""
        if entry.ended:
            return
        entry.ended = True
        body = entry.body = self._shortened(entry.body)
        known = self._live.pop(entry.sequence, None)
        if self._file is not None:
            self._file.add(entry)
        if known is not None:
            if self.watches:
                self._tell(entry)
            entry.body = b""
            self._store.keep(entry, body)

    def add(self, entry: Entry) -> None:
        """An entry that ended as it began, was not opened here, and is not changed any more."""
        body = entry.body = self._shortened(entry.body)
        if self._file is not None:
            self._file.add(entry)
        if self.watches:
            self._tell(entry)
        entry.body = b""
        self._store.later(entry, body)

    def _shortened(self, body: bytes) -> bytes:
        return body if len(body) <= self._longest else body[: self._longest]

    def clear(self) -> None:
        """Forgets everything; answers under way are not remembered when they end."""
        self._cleared = self._opened
        self._live.clear()
        self._store.clear()

    def forget(self, scope: str) -> None:
        """The same for one scope, by its name."""
        self._store.remove("scope", scope)
        for sequence in [entry.sequence for entry in self._live.values() if entry.scope == scope]:
            del self._live[sequence]

    def watch(self, query: Query, callback: Callable[[Entry], object]) -> Watch:
        """Calls back, until it is unwatched."""
        watch = Watch(query, callback)
        self.watches.append(watch)
        return watch

    def unwatch(self, watch: Watch) -> None:
        self.watches.remove(watch)

    @contextlib.contextmanager
    def watching(self, query: Query, callback: Callable[[Entry], object]) -> Iterator[None]:
        """The same while the context lasts."""
        watch = self.watch(query, callback)
        try:
            yield
        finally:
            self.unwatch(watch)

    def flush(self) -> None:
        """Writes to the file what has waited."""
        if self._file is not None:
            self._file.flush()

    # What is known

    @property
    def capacity(self) -> int:
        """How many entries are kept at most."""
        return self._capacity

    @property
    def dropped(self) -> int:
        """How many entries had to go since the last `clear`, oldest first."""
        return max(0, self._opened - self._cleared - self._capacity)

    def numbers(self, query: Query) -> Sequence[int]:
        """The numbers of all entries that a query can mean, oldest first: by an index if it has one, else of all."""
        floor = max(self._cleared, self._opened - self._capacity, query.after or 0)
        for name in INDEXED:
            value = getattr(query, name)
            if value:
                found = {*self._store.having(name, value), *self._live}
                return sorted(number for number in found if number > floor)
        return range(floor + 1, self._opened + 1)

    def entry(self, sequence: int) -> Entry | None:
        """An entry as it is now."""
        live = self._live.get(sequence)
        return self._store.entry(sequence) if live is None else copy.copy(live)

    def summary(self, sequence: int) -> Summary | None:
        """What an entry is found by, as it is now."""
        return self._live.get(sequence) or self._store.summary(sequence)

    def _trim(self) -> None:
        floor = self._opened - self._capacity
        self._store.drop(floor)
        for sequence in [each for each in self._live if each <= floor]:
            del self._live[sequence]

    def _tell(self, entry: Entry) -> None:
        for watch in tuple(self.watches):
            if watch.query.holds(entry):
                watch.callback(entry)


def _pairs(fields: Mapping[str, str]) -> Headers:
    return tuple((name.encode("latin-1"), text.encode("latin-1")) for name, text in fields.items())
