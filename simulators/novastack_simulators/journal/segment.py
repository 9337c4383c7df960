"""A run of entries that have ended: packed, so that the garbage collector has nothing to look through, and indexed."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from novastack_simulators.journal.entry import Entry

INDEXED: Final = ("request_id", "canary", "scope")
PACK: Final = msgspec.msgpack.Encoder()


class Segment:
    """Entries `first` to `first + size - 1`. An index leads from a value to the number, or the numbers, that have it."""

    __slots__ = ("_ended", "bodies", "first", "indexes", "records")

    def __init__(self, first: int, size: int) -> None:
        self.first = first
        self.records: list[bytes | None] | tuple[bytes | None, ...] = [None] * size
        self.bodies: dict[int, bytes] = {}
        self.indexes: dict[str, dict[str, int | list[int]]] = {name: {} for name in INDEXED}
        self._ended = 0

    def keep(self, entry: Entry) -> None:
        sequence = entry.sequence
        self.records[sequence - self.first] = PACK.encode(entry)  # type: ignore[index]  # a tuple once all have ended
        if entry.request_id or entry.canary or entry.scope:
            self._index(entry)
        self._ended += 1
        if self._ended == len(self.records):
            # A tuple of bytes is not tracked by the garbage collector, a list always is.
            self.records = tuple(self.records)

    def _index(self, entry: Entry) -> None:
        sequence = entry.sequence
        for name, index in self.indexes.items():
            value = getattr(entry, name)
            if value and (known := index.setdefault(value, sequence)) is not sequence:
                if isinstance(known, list):
                    known.append(sequence)
                else:
                    index[value] = [known, sequence]

    def having(self, name: str, value: str) -> Sequence[int]:
        """The numbers of the entries with that value."""
        known = self.indexes[name].get(value)
        if known is None:
            return ()
        return known if isinstance(known, list) else (known,)

    def remove(self, sequences: Iterable[int]) -> None:
        """Forgets entries; the indexes lead to nothing then."""
        records = list(self.records)
        for sequence in sequences:
            records[sequence - self.first] = None
            self.bodies.pop(sequence, None)
        self.records = records

    @property
    def held(self) -> int:
        """The bytes of the bodies."""
        return sum(map(len, self.bodies.values()))
