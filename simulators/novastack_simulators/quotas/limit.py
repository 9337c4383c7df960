"""The limits there are, and what a request asks of each: one row for each name.

The same is asked at the start and counted in the end, of other figures. What a request costs of some limits is known
when it arrives (`settles` is false): these count at once. Output is only estimated, so by itself it never makes a
request larger than its limit.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from novastack_simulators.profile import LimitName

MINUTE: Final = 60
DAY: Final = 86_400


class Kind(NamedTuple):
    """A kind of limit, its window in seconds, and what of it a request costs: itself, and each token it reads and writes."""

    window: int
    request: int
    read: int
    written: int
    settles: bool = True

    @property
    def estimated(self) -> bool:
        """Whether what is asked of it is an estimate and nothing else."""
        return not self.request and not self.read


KINDS: Final[Mapping[LimitName, Kind]] = MappingProxyType({
    "requests": Kind(MINUTE, 1, 0, 0, settles=False),
    "tokens": Kind(MINUTE, 0, 1, 1),
    "input_tokens": Kind(MINUTE, 0, 1, 0),
    "output_tokens": Kind(MINUTE, 0, 0, 1),
    "requests_per_day": Kind(DAY, 1, 0, 0, settles=False),
})  # fmt: skip


class Limit(NamedTuple):
    """An amount in each window; one that is not enforced is only told.

    `burst` is how many seconds' worth may be used at once: the whole window, or less where a provider enforces its
    limits by the second too.
    """

    name: LimitName
    amount: int
    enforced: bool
    burst: int
