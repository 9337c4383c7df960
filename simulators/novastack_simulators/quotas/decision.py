"""What becomes of a request at the gate: it is granted and settled later, or denied and told why."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from novastack_simulators.quotas.clock import micro
from novastack_simulators.quotas.level import Levels
from novastack_simulators.quotas.need import Need, Spent

NOTHING: Final[Levels] = MappingProxyType({})


class Keeper(Protocol):
    """Whoever keeps what a grant has reserved."""

    def levels(self, names: Sequence[str], at: int) -> Levels: ...

    def settle(self, need: Need, spent: Spent, at: int) -> None: ...

    def release(self, need: Need, at: int) -> None: ...


class Grant:
    """Room was reserved. Settle it when the answer has ended, or release it if nothing was begun; once, not twice.

    `at` is when (in microseconds), `wait` how many seconds the request has to wait for its turn (see Need.patience).
    """

    __slots__ = ("_at", "_keeper", "_need", "wait")

    def __init__(self, keeper: Keeper | None, need: Need, at: int, wait: float = 0.0) -> None:
        self._keeper = keeper
        self._need = need
        self._at = at
        self.wait = wait

    def levels(self, names: Sequence[str]) -> Levels:
        """How those of the named limits stand that there are, now that it is granted."""
        return NOTHING if self._keeper is None or not names else self._keeper.levels(names, self._at)

    def settle(self, spent: Spent, now: float) -> None:
        """What was reserved is given back, what was spent is taken."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.settle(self._need, spent, micro(now))

    def release(self, now: float) -> None:
        """As if it had never been admitted."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.release(self._need, micro(now))


UNLIMITED: Final = Grant(None, Need(0, 0), 0)


class Denied(NamedTuple):
    """There was no room: in which limit, how it stands, what was asked of it, and when it will do (None: nobody knows).

    Whoever comes again after `retry_after_s` is admitted if nobody else came before; a microsecond earlier is too early.
    """

    name: str
    limit: int
    used: int
    requested: int
    retry_after_s: float | None

    @property
    def outsized(self) -> bool:
        """More than the limit itself: it will never be admitted."""
        return self.requested > self.limit
