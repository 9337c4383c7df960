"""What sequences have of the KV cache: room for their tokens, and what a prefix spares them.

A sequence holds its leading blocks by digest (`named`, shared with others of the same prefix) and the rest alone
(`own`). At least the last token of a prompt is always computed (vLLM 0.11, v1/core/kv_cache_manager.py).
"""

from typing import NamedTuple

from novastack_simulators.tempo.engine.blocks import Blocks
from novastack_simulators.tempo.engine.job import Sequence


class Hit(NamedTuple):
    """Leading blocks of a sequence that the cache still holds: some by digest, and after those some of its own."""

    named: int
    own: int


class Memory:
    """The blocks of one replica, `size` tokens each, as its sequences use them."""

    def __init__(self, blocks: Blocks, size: int) -> None:
        self.blocks = blocks
        self.size = size

    def blocks_for(self, tokens: int) -> int:
        return -(-tokens // self.size)

    def hit(self, sequence: Sequence) -> Hit:
        """What a waiting sequence would find. Its own blocks, from before a preemption, count behind all the named."""
        most = (sequence.length - 1) // self.size
        prefix = sequence.prefix[:most]
        found = self.blocks.found
        named = next((at for at, digest in enumerate(prefix) if not found(digest)), len(prefix))
        own = self.blocks.kept(sequence.order) if named == sequence.kept_after else 0
        return Hit(named, min(own, most - named))

    def admit(self, sequence: Sequence, hit: Hit, tokens: int) -> bool:
        """Gives it what it hit, and room for `tokens` more. False, and nothing is changed, if there is no room."""
        idle = sum(map(self.blocks.idle, sequence.prefix[: hit.named]))
        computed = sum(hit) * self.size
        if self.blocks_for(computed + tokens) - sum(hit) > self.blocks.free - idle - hit.own:
            return False
        for digest in sequence.prefix[: hit.named]:
            self.blocks.hold(digest)
        self.blocks.reclaim(sequence.order, hit.own)
        sequence.named, sequence.own = hit
        sequence.computed = computed
        return self.extend(sequence, tokens)

    def extend(self, sequence: Sequence, tokens: int) -> bool:
        """Room for more tokens of its prompt; those blocks of the prefix that get full can be found from now on.

        vLLM names a block when it is given out, before the step that fills it.
        """
        total = sequence.computed + tokens
        need = self.blocks_for(total) - sequence.named - sequence.own
        if need > self.blocks.free:
            return False
        self.blocks.take(need)
        sequence.own += need
        for digest in sequence.prefix[sequence.named : total // self.size]:
            if self.blocks.found(digest):
                break
            self.blocks.name(digest)
            sequence.named += 1
            sequence.own -= 1
        return True

    def release(self, sequence: Sequence, tokens: int, *, again: bool) -> None:
        """Frees the blocks of a sequence that has `tokens` in the cache; `again`: it will look for them."""
        own = self.blocks_for(tokens) - sequence.named
        if again:
            self.blocks.keep(sequence.order, own)
            sequence.kept_after = sequence.named
        else:
            self.blocks.give(own)
        for digest in reversed(sequence.prefix[: sequence.named]):
            self.blocks.drop(digest)
        sequence.named = sequence.own = sequence.computed = 0
