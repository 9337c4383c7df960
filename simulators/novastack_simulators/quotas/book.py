"""All limits of one account. A request is admitted by all of them or by none: one that is denied takes nothing."""

from collections.abc import Sequence
from operator import itemgetter

from novastack_simulators.quotas.clock import SECOND
from novastack_simulators.quotas.decision import Denied, Grant
from novastack_simulators.quotas.gauge import UNKNOWN, Gauge
from novastack_simulators.quotas.level import Level, Levels
from novastack_simulators.quotas.need import Account, Need, Spent


class Book:
    """The gauges of one account, and how many requests it offered; `first` and `last` are when, in microseconds."""

    __slots__ = ("_enforced", "account", "admitted", "first", "gauges", "last", "offered")

    def __init__(self, account: Account, gauges: tuple[Gauge, ...]) -> None:
        self.account = account
        self.gauges = gauges
        self._enforced = tuple(gauge for gauge in gauges if gauge.enforced)
        self.offered = 0
        self.admitted = 0
        self.first = 0
        self.last = 0

    def admit(self, need: Need, at: int) -> Grant | Denied:
        """Takes what is needed, or says which limit denied it."""
        for gauge in self._enforced:
            if gauge.short(need, at):
                self._offer(at)
                return self._deny(need, at)
        self._offer(at)
        self.admitted += 1
        wait = 0
        for gauge in self.gauges:
            wait += gauge.take(need, at)
        return Grant(self, need, at, wait / SECOND)

    def once(self, need: Need, spent: Spent, at: int, names: Sequence[str]) -> Levels | None:
        """Takes and settles, and says how the named limits stood in between; None, and nothing, where there is no room."""
        for gauge in self._enforced:
            if gauge.short(need, at):
                return None
        self._offer(at)
        self.admitted += 1
        levels: dict[str, Level] = {}
        for gauge in self.gauges:
            level = gauge.once(need, spent, at)
            if gauge.name in names:
                levels[gauge.name] = level
        return levels

    def _offer(self, at: int) -> None:
        if not self.offered:
            self.first = self.last = at
        elif at > self.last:
            self.last = at
        self.offered += 1

    def _deny(self, need: Need, at: int) -> Denied:
        """By the limit that is the worst to wait for."""
        wait, gauge = max(((gauge.short(need, at), gauge) for gauge in self._enforced), key=itemgetter(0))
        gauge.denied += 1
        retry_after = wait / SECOND if wait < UNKNOWN else None
        return Denied(gauge.name, gauge.level(at).limit, gauge.used(at), gauge.asks(need), retry_after)

    def settle(self, need: Need, spent: Spent, at: int) -> None:
        for gauge in self.gauges:
            gauge.settle(need, spent, at)

    def release(self, need: Need, at: int) -> None:
        self.admitted -= 1
        for gauge in self.gauges:
            gauge.release(need, at)

    def levels(self, names: Sequence[str], at: int) -> Levels:
        levels: dict[str, Level] = {}
        for gauge in self.gauges:
            if gauge.name in names:
                levels[gauge.name] = gauge.level(at)
        return levels

    def over(self, at: int) -> bool:
        """Whether some limit, told or enforced, has no room for a single request or token."""
        return any(gauge.full(at) for gauge in self.gauges)

    def whole(self, at: int) -> bool:
        return all(gauge.whole(at) for gauge in self.gauges)
