"""Exactly N admissions in any window of 60 s: the log of the last N admissions, per key.

Fixed windows let twice the limit through at their edge, and buckets admit a burst above it; the log does neither.
A refused request is not logged, so it costs nothing.
"""

from collections import deque

from novastack_gateway.limits.decision import Decision

WINDOW = 60.0


class SlidingLog:
    """One limit for many keys. Pure: the time is an argument (seconds on any monotonic clock)."""

    def __init__(self, *, window: float = WINDOW) -> None:
        self._window = window
        self._admitted: dict[str, deque[float]] = {}

    def take(self, key: str, limit: int, now: float) -> Decision:
        """Admit one request of `key` at `now`, or say when one would be admitted. `now` never runs backwards."""
        log = self._log(key, now)
        allowed = len(log) < limit
        if allowed:
            log.append(now)
        return self._decision(log, limit, now, allowed=allowed)

    def peek(self, key: str, limit: int, now: float) -> Decision:
        """What holds of `key` at `now`, without asking for anything."""
        log = self._log(key, now)
        return self._decision(log, limit, now, allowed=len(log) < limit)

    def _log(self, key: str, now: float) -> deque[float]:
        """The admissions of `key` that the window still holds."""
        log = self._admitted.setdefault(key, deque())
        horizon = now - self._window
        while log and log[0] <= horizon:
            log.popleft()
        return log

    def _decision(self, log: deque[float], limit: int, now: float, *, allowed: bool) -> Decision:
        remaining = limit - len(log)
        reset = log[-1] + self._window - now if log else 0.0
        wait = 0.0 if remaining else log[0] + self._window - now
        return Decision(allowed, limit, remaining, reset, wait)
