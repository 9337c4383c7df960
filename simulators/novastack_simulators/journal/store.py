"""The entries that have ended, in segments by their number.

A segment has its own indexes and goes as a whole, so to add, to find and to drop cost the same however many there are.
What comes by the thousand is packed a batch at a time: one after the other costs half of one by one.
"""

from typing import Final

import msgspec

from novastack_simulators.journal.entry import Entry, Summary
from novastack_simulators.journal.segment import Segment

LONGEST: Final = 4_096
PARTS: Final = 16
BATCH: Final = 64
ENTRY: Final = msgspec.msgpack.Decoder(Entry)
SUMMARY: Final = msgspec.msgpack.Decoder(Summary)


class Store:
    """Entries count from 1. Of bodies the oldest go first when all together are beyond `bound` (bytes)."""

    def __init__(self, capacity: int, bound: int) -> None:
        self.size = max(1, min(LONGEST, capacity // PARTS))
        self._segments: dict[int, Segment] = {}
        self._fresh: list[tuple[Entry, bytes]] = []
        self._bound = bound
        self._held = 0
        self._bare = 0  # up to this number no bodies are kept

    def later(self, entry: Entry, body: bytes) -> None:
        """Takes an entry that nobody changes any more: it is packed in a batch, or when somebody asks."""
        self._fresh.append((entry, body))
        if len(self._fresh) >= BATCH:
            self._pack()

    def _pack(self) -> None:
        fresh, self._fresh = self._fresh, []
        for entry, body in fresh:
            self.keep(entry, body)

    def keep(self, entry: Entry, body: bytes) -> None:
        """Packs and indexes an entry that has ended."""
        number = (entry.sequence - 1) // self.size
        segment = self._segments.get(number)
        if segment is None:
            segment = self._segments[number] = Segment(number * self.size + 1, self.size)
        segment.keep(entry)
        if body and entry.sequence > self._bare:
            segment.bodies[entry.sequence] = body
            self._held += len(body)
            if self._held > self._bound:
                self._shed()

    def entry(self, sequence: int) -> Entry | None:
        if self._fresh:
            self._pack()
        segment = self._segments.get((sequence - 1) // self.size)
        record = None if segment is None else segment.records[sequence - segment.first]
        if segment is None or record is None:
            return None
        entry = ENTRY.decode(record)
        entry.body = segment.bodies.get(sequence, b"")
        return entry

    def summary(self, sequence: int) -> Summary | None:
        if self._fresh:
            self._pack()
        segment = self._segments.get((sequence - 1) // self.size)
        record = None if segment is None else segment.records[sequence - segment.first]
        return None if record is None else SUMMARY.decode(record)

    def having(self, name: str, value: str) -> list[int]:
        """The numbers of the entries with that value; some may be forgotten by now."""
        self._pack()
        return [number for segment in self._segments.values() for number in segment.having(name, value)]

    def drop(self, upto: int) -> None:
        """Forgets the segments that hold nothing above a number."""
        self._pack()
        for number in [each for each in self._segments if (each + 1) * self.size <= upto]:
            self._held -= self._segments.pop(number).held

    def remove(self, name: str, value: str) -> None:
        """Forgets the entries with that value."""
        self._pack()
        for segment in self._segments.values():
            if gone := segment.having(name, value):
                self._held -= segment.held
                segment.remove(gone)
                self._held += segment.held

    def clear(self) -> None:
        self._fresh.clear()
        self._segments.clear()
        self._held = 0

    def _shed(self) -> None:
        while self._held > self._bound:
            self._bare += 1
            number = (self._bare - 1) // self.size
            segment = self._segments.get(number)
            if segment is None:
                self._bare = min(each for each in self._segments if each > number) * self.size
            else:
                self._held -= len(segment.bodies.pop(self._bare, b""))
