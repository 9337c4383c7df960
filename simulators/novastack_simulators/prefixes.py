"""Which prompt prefixes an upstream has kept, and until when: what its cache counters are made of.

A prefix is a digest of all that stands before a place in a prompt. Pure: `now` (unix seconds) is given.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import msgspec

Held = Callable[[bytes], bool]


class Unit(NamedTuple):
    """A prefix to keep for `ttl` seconds after its last use; None renews one that is kept already."""

    digest: bytes
    ttl: float | None = None


class Cached(msgspec.Struct, frozen=True, kw_only=True):
    """What a prompt found and leaves: tokens read, tokens newly written by the seconds they live, units to keep."""

    read: int = 0
    written: Mapping[float, int] = MappingProxyType({})
    keep: tuple[Unit, ...] = ()


class Kept(NamedTuple):
    """One entry: it can be found from `ready` until `ends`."""

    ready: float
    ends: float
    ttl: float


class Prefixes:
    """The units kept; of more than `capacity` the least recently used go first."""

    def __init__(self, *, capacity: int = 100_000) -> None:
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._capacity = capacity

    def held(self, digest: bytes, now: float) -> bool:
        """Whether the prefix can be read now."""
        kept = self._kept.get(digest)
        return kept is not None and kept.ready <= now < kept.ends

    def keep(self, units: Sequence[Unit], *, now: float, ready: float) -> None:
        """Keeps new units from `ready` on, and renews those that can be read already."""
        for unit in units:
            old = self._kept.pop(unit.digest, None)
            live = old if old is not None and old.ends > now else None
            ttl = unit.ttl if unit.ttl is not None else live.ttl if live else 0.0
            start = min(live.ready, ready) if live else ready
            self._kept[unit.digest] = Kept(start, max(now + ttl, live.ends if live else 0.0), ttl)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        self._kept.clear()
