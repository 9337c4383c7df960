"""The limits there are, and what a request asks of each: one row for each name.

`asks` is what is reserved at the start, `costs` what is counted in the end. What a request costs of some limits is
known when it arrives (`settles` is false): these count at once. Output is only estimated, so by itself it never makes a
request larger than its limit.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from novastack_simulators.profile import LimitName
from novastack_simulators.quotas.need import Need, Spent

MINUTE: Final = 60
DAY: Final = 86_400


class Kind(NamedTuple):
    """A kind of limit; `window` in seconds, `asks` is given the limit too."""

    window: int
    asks: Callable[[Need, int], int]
    costs: Callable[[Spent], int]
    settles: bool = True


KINDS: Final[Mapping[LimitName, Kind]] = MappingProxyType({
    "requests": Kind(MINUTE, lambda _need, _limit: 1, lambda _spent: 1, settles=False),
    "tokens": Kind(MINUTE, lambda need, _limit: need.input_tokens + need.output_tokens, lambda spent: spent.input_tokens + spent.output_tokens),
    "input_tokens": Kind(MINUTE, lambda need, _limit: need.input_tokens, lambda spent: spent.input_tokens),
    "output_tokens": Kind(MINUTE, lambda need, limit: min(need.output_tokens, limit), lambda spent: spent.output_tokens),
    "requests_per_day": Kind(DAY, lambda _need, _limit: 1, lambda _spent: 1, settles=False),
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
