"""How often each request has been seen. The oldest are forgotten first, so memory is bounded."""

from collections import OrderedDict


class Attempts:
    """Counts by fingerprint since the last reset."""

    def __init__(self, *, capacity: int = 100_000) -> None:
        self._seen: OrderedDict[bytes, int] = OrderedDict()
        self._capacity = capacity

    def coming(self, fingerprint: bytes) -> int:
        """What `next` will be."""
        return self._seen.get(fingerprint, 0) + 1

    def next(self, fingerprint: bytes) -> int:
        """1 the first time, then one more each time."""
        attempt = self._seen.pop(fingerprint, 0) + 1
        self._seen[fingerprint] = attempt
        if len(self._seen) > self._capacity:
            self._seen.popitem(last=False)
        return attempt

    def clear(self) -> None:
        self._seen.clear()
