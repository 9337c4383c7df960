"""A limit as a bucket that refills continuously: of 60 a minute one comes back each second.

What is used is kept in units of a token over a microsecond of the window: in one microsecond exactly `limit` of them
come back, so everything is a whole number and nothing drifts. At most a burst is used at once; within any time t at most
a burst and what came back in t are granted, so within one window at most twice the limit, and over long times the limit.
"""

import math

from novastack_simulators.quotas.clock import SECOND
from novastack_simulators.quotas.gauge import NEVER
from novastack_simulators.quotas.level import Level
from novastack_simulators.quotas.limit import Kind, Limit
from novastack_simulators.quotas.need import Need, Spent
from novastack_simulators.quotas.peak import Peak


class Bucket:
    """A gauge of an amount in a window. A time that goes back counts as none passed."""

    __slots__ = (
        "_at", "_cap", "_debt", "_kind", "_limit", "_most", "_peak", "_read", "_request", "_settles", "_unit",
        "_written", "denied", "enforced", "name", "reserved", "settled", "window",
    )  # fmt: skip

    def __init__(self, limit: Limit, kind: Kind) -> None:
        self.name = limit.name
        self.enforced = limit.enforced
        self.window = kind.window
        self._limit = limit.amount
        self._request, self._read, self._written, self._settles = kind.request, kind.read, kind.written, kind.settles
        self._most = limit.amount if kind.estimated else math.inf
        self._unit = kind.window * SECOND
        # No burst is smaller than one request or token, or none would ever pass.
        self._cap = max(limit.amount * limit.burst * SECOND, self._unit)
        self._debt = 0
        self._at = 0
        self._peak = Peak(self._unit)
        self.reserved = 0
        self.settled = 0
        self.denied = 0

    @property
    def peak(self) -> int:
        return self._peak.most

    def short(self, need: Need, at: int) -> int:
        """Microseconds until there is room for it: 0 is now, NEVER if it is more than the limit itself.

        What is more than a burst, but not than the limit, has room in a bucket that is whole.
        """
        amount = self._request + self._read * need.input_tokens + self._written * need.output_tokens
        if amount > self._most:
            amount = self._limit
        if amount > self._limit:
            return NEVER
        if at > self._at:
            self._refill(at)
        room = self._cap - amount * self._unit
        if self._debt <= room:
            return 0
        excess = self._debt - max(0, room)
        return -(-excess // self._limit) + self._at - min(at, self._at) if excess > 0 else 0

    def full(self, at: int) -> bool:
        """Whether there is no room for a single one."""
        self._refill(at)
        return self._debt + self._unit > self._cap

    def take(self, need: Need, at: int) -> int:
        """Reserves what will settle later; the rest counts now."""
        amount = self._request + self._read * need.input_tokens + self._written * need.output_tokens
        if amount > self._most:
            amount = self._limit
        self._charge(amount, at)
        if self._settles:
            self.reserved += amount
        else:
            self.settled += amount
            self._peak.add(amount, at)
        return 0

    def settle(self, need: Need, spent: Spent, at: int) -> None:
        """What was reserved is given back, what was spent is taken, were it more than there is."""
        if self._settles:
            asked, cost = self.asks(need), self._read * spent.input_tokens + self._written * spent.output_tokens
            self._charge(cost - asked, at)
            self.reserved -= asked
            self.settled += cost
            self._peak.add(cost, at)

    def once(self, need: Need, spent: Spent, at: int) -> Level:
        """As `take`, `level` and `settle` one after the other, in one."""
        asked = cost = self._request + self._read * need.input_tokens + self._written * need.output_tokens
        if asked > self._most:
            asked = self._limit
        self._charge(asked, at)
        level = self.level(at)
        if self._settles:
            cost = self._read * spent.input_tokens + self._written * spent.output_tokens
            self._charge(cost - asked, at)
        self.settled += cost
        self._peak.add(cost, at)
        return level

    def release(self, need: Need, at: int) -> None:
        """Gives back what was taken."""
        amount = self.asks(need)
        self._charge(-amount, at)
        if self._settles:
            self.reserved -= amount
        else:
            self.settled -= amount

    def whole(self, at: int) -> bool:
        """Whether it stands as if nothing had ever been taken."""
        self._refill(at)
        return not self._debt and not self.reserved

    def level(self, at: int) -> Level:
        if at > self._at:
            self._refill(at)
        debt = self._debt
        left = (self._cap - debt) // self._unit if debt < self._cap else 0
        return Level(self._limit, left, (self._at - (-debt // self._limit)) / SECOND)

    def used(self, at: int) -> int:
        """What counts against the limit now, a part of one as one."""
        self._refill(at)
        return -(-self._debt // self._unit)

    def asks(self, need: Need) -> int:
        amount = self._request + self._read * need.input_tokens + self._written * need.output_tokens
        return amount if amount <= self._most else self._limit

    def had(self, first: int, last: int) -> float:
        """What a perfect client could have spent, beginning with a bucket that is whole."""
        return (self._cap + (last - first) * self._limit) / self._unit

    def _refill(self, at: int) -> None:
        if at > self._at:
            debt = self._debt - (at - self._at) * self._limit
            self._debt = debt if debt > 0 else 0  # noqa: FURB136 - on every request: a call would cost more
            self._at = at

    def _charge(self, amount: int, at: int) -> None:
        """A limit that is only told is never more than used up."""
        if at > self._at:
            self._refill(at)
        debt = self._debt + amount * self._unit
        if debt > self._cap and not self.enforced:
            debt = self._cap
        self._debt = debt if debt > 0 else 0  # noqa: FURB136 - on every request: a call would cost more
