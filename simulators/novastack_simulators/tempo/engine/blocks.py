"""The KV cache: a fixed number of blocks, some of which hold a prefix that another prompt can read.

A block is in use, or free. A free one still holds what it held: it can be found again until it is taken, and the one
that has been free for longest is taken first (vLLM 0.11, v1/core/block_pool.py: its free queue is in that order).
Blocks that no other prompt can look for are counted in runs, not listed.
"""

from collections import OrderedDict
from collections.abc import Hashable


class Blocks:
    """`total` blocks, of which `free` can be taken. A prefix is known by its digest."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.free = total
        self._users: dict[bytes, int] = {}
        # Free blocks, the one freed first in front: a digest stands for one block, any other key for a run of them.
        self._idle: OrderedDict[Hashable, int] = OrderedDict({("run", 0): total})
        self._runs = 0

    @property
    def usage(self) -> float:
        """The share in use."""
        return 1.0 - self.free / self.total

    def take(self, count: int) -> None:
        """Takes free blocks; what they held is forgotten. There must be as many."""
        self.free -= count
        idle = self._idle
        while count:
            key, run = next(iter(idle.items()))
            if run > count:
                # The run keeps its place and its first blocks: vLLM frees a sequence's last block first.
                idle[key] = run - count
                return
            del idle[key]
            count -= run

    def give(self, count: int) -> None:
        """Frees blocks that nobody will look for."""
        self._runs += 1
        self.keep(("run", self._runs), count)

    def keep(self, key: Hashable, count: int) -> None:
        """Frees a run of blocks that can be reclaimed by this key, while they are free."""
        if count:
            self._idle[key] = count
            self.free += count

    def kept(self, key: Hashable) -> int:
        """How many of them still hold what they held: the first of the run."""
        return self._idle.get(key, 0)

    def reclaim(self, key: Hashable, count: int) -> None:
        """Takes back the first `count`; the others stay free, and nobody can find them any more."""
        run = self._idle.pop(key, 0)
        self.free -= run
        self.give(run - count)

    def found(self, digest: bytes) -> bool:
        """Whether a block holds this prefix."""
        return digest in self._users or digest in self._idle

    def idle(self, digest: bytes) -> bool:
        """Whether one does and is free."""
        return digest in self._idle

    def name(self, digest: bytes) -> None:
        """Says what a block that is in use holds, so that others find it."""
        self._users[digest] = 1

    def hold(self, digest: bytes) -> None:
        """One more prompt uses this block."""
        if self._idle.pop(digest, 0):
            self.free -= 1
        self._users[digest] = self._users.get(digest, 0) + 1

    def drop(self, digest: bytes) -> None:
        """One prompt less uses it; unused it is free, and can still be found."""
        self._users[digest] -= 1
        if not self._users[digest]:
            del self._users[digest]
            self.keep(digest, 1)
