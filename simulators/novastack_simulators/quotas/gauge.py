"""What each limit of an account can do: say how long until there is room, take, settle, give back, and tell.

All times are in microseconds. `short` is how long there is no room yet; `take` says how long the request has to wait for
its turn; `once` does it all for an answer that ends as it begins, and tells how it stood in between; `had` is what could have been spent in a time. `denied` counts the requests that this limit denied, `settled`
what was spent of it.
"""

from typing import Final, Protocol

from novastack_simulators.profile import LimitName
from novastack_simulators.quotas.level import Level
from novastack_simulators.quotas.need import Need, Spent

# Instead of a time to wait, and longer than any: nobody knows when, and it will never do.
UNKNOWN: Final = 1 << 61
NEVER: Final = 1 << 62


class Gauge(Protocol):
    """One limit of one account. One that is not enforced takes all, and tells."""

    name: LimitName
    enforced: bool
    denied: int
    reserved: int

    @property
    def settled(self) -> int: ...

    @property
    def peak(self) -> int: ...

    @property
    def window(self) -> float | None: ...

    def short(self, need: Need, at: int) -> int: ...

    def full(self, at: int) -> bool: ...

    def take(self, need: Need, at: int) -> int: ...

    def settle(self, need: Need, spent: Spent, at: int) -> None: ...

    def once(self, need: Need, spent: Spent, at: int) -> Level: ...

    def release(self, need: Need, at: int) -> None: ...

    def whole(self, at: int) -> bool: ...

    def level(self, at: int) -> Level: ...

    def used(self, at: int) -> int: ...

    def asks(self, need: Need) -> int: ...

    def had(self, first: int, last: int) -> float | None: ...
