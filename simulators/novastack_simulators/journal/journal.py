"""What a simulator saw: every request that arrived, bounded in memory. A key is kept as a fingerprint only."""

from collections import deque
from collections.abc import Mapping
from typing import Any

import msgspec

from novastack_simulators.journal.entry import Entry
from novastack_simulators.journal.masking import MASK, is_credential


class Journal:
    """The last `capacity` entries, oldest first."""

    def __init__(self, upstream: str, *, capacity: int = 100_000) -> None:
        self._upstream = upstream
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._opened = 0
        self._dropped = 0

    def open(self, method: str, path: str, fields: Mapping[str, str], *, now: float) -> Entry:
        """A new entry for a request that just arrived."""
        self._dropped += len(self._entries) == self._entries.maxlen
        self._opened += 1
        entry = Entry(
            sequence=self._opened,
            upstream=self._upstream,
            request_id=fields.get("x-request-id"),
            method=method,
            path=path,
            arrived=now,
            headers={name: MASK if is_credential(name) else text for name, text in fields.items()},
        )
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        self._entries.clear()
        self._dropped = 0

    def report(
        self, *, request_id: str | None = None, canary: str | None = None, limit: int | None = None
    ) -> dict[str, Any]:
        """The entries that match, oldest first (of more than `limit` the newest), and how many were dropped."""
        found = [
            entry
            for entry in self._entries
            if (request_id is None or entry.request_id == request_id) and (canary is None or entry.canary == canary)
        ]
        kept = found if limit is None else found[len(found) - min(limit, len(found)) :]
        return {"entries": msgspec.to_builtins(kept), "dropped": self._dropped}
