"""The KV cache: blocks are in use or free, and a free one can be found until it is taken."""

import pytest

from novastack_simulators.tempo.engine.blocks import Blocks


def test_what_is_taken_is_in_use_until_it_is_given_back() -> None:
    """`usage` is the share in use."""
    blocks = Blocks(10)
    blocks.take(4)
    assert (6, 0.4) == (blocks.free, pytest.approx(blocks.usage))
    blocks.give(4)
    assert (10, 0.0) == (blocks.free, blocks.usage)


def test_a_free_block_can_still_be_found() -> None:
    """A prefix outlives its prompt."""
    blocks = Blocks(10)
    blocks.take(1)
    blocks.name(b"a")
    blocks.drop(b"a")
    assert (True, True, 10) == (blocks.found(b"a"), blocks.idle(b"a"), blocks.free)


def test_the_block_that_is_free_for_longest_is_taken_first() -> None:
    """Blocks that never held anything go before all that were used."""
    blocks = Blocks(3)
    blocks.take(2)
    for digest in (b"a", b"b"):
        blocks.name(digest)
    blocks.drop(b"b")
    blocks.drop(b"a")
    blocks.take(2)
    assert (False, True) == (blocks.found(b"b"), blocks.found(b"a"))


def test_a_block_that_two_prompts_use_is_free_when_both_are_gone() -> None:
    """Users are counted."""
    blocks = Blocks(2)
    blocks.take(1)
    blocks.name(b"a")
    blocks.hold(b"a")
    blocks.drop(b"a")
    assert 1 == blocks.free
    blocks.drop(b"a")
    assert 2 == blocks.free


def test_holding_a_free_block_takes_it() -> None:
    """A hit on a block that nobody uses leaves one less for others."""
    blocks = Blocks(2)
    blocks.take(1)
    blocks.name(b"a")
    blocks.drop(b"a")
    blocks.hold(b"a")
    assert (1, False) == (blocks.free, blocks.idle(b"a"))


def test_of_a_kept_run_the_last_blocks_go_first() -> None:
    """A preempted sequence finds the beginning of what it had."""
    blocks = Blocks(6)
    blocks.take(6)
    blocks.keep(7, 4)
    blocks.take(1)
    assert 3 == blocks.kept(7)
    blocks.reclaim(7, 2)
    assert (1, 0) == (blocks.free, blocks.kept(7))
