"""Kept prefixes live as long as they are used, become readable when told, and do not pile up."""

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.prefixes import Prefixes, Unit


def test_a_prefix_lives_for_its_ttl() -> None:
    """Readable up to the last moment, and not from then on."""
    kept = Prefixes()
    kept.keep([Unit(b"a", 300.0)], now=1000.0, ready=1000.0)
    assert [True, True, False] == [kept.held(b"a", now) for now in (1000.0, 1299.9, 1300.0)]


def test_a_use_renews_it() -> None:
    """By its own time to live, which the user need not know."""
    kept = Prefixes()
    kept.keep([Unit(b"a", 300.0)], now=1000.0, ready=1000.0)
    kept.keep([Unit(b"a")], now=1200.0, ready=1200.0)
    assert [True, False] == [kept.held(b"a", now) for now in (1499.0, 1500.0)]


def test_a_shorter_life_does_not_end_a_longer_one() -> None:
    """An hour stays an hour when the same prefix is kept for five minutes."""
    kept = Prefixes()
    kept.keep([Unit(b"a", 3600.0)], now=0.0, ready=0.0)
    kept.keep([Unit(b"a", 300.0)], now=1.0, ready=1.0)
    assert kept.held(b"a", 3000.0)


def test_nothing_is_read_before_it_is_ready_or_after_a_clear() -> None:
    """And what was never kept is not held."""
    kept = Prefixes()
    kept.keep([Unit(b"a", 300.0)], now=10.0, ready=12.0)
    before, after = kept.held(b"a", 11.0), kept.held(b"a", 12.0)
    kept.clear()
    assert (False, True, False) == (before, after, kept.held(b"a", 12.0))


@given(st.lists(st.binary(min_size=1, max_size=1), max_size=40))
def test_memory_is_bounded_and_the_oldest_go_first(digests: list[bytes]) -> None:
    """Of many units the last few different ones are left."""
    kept = Prefixes(capacity=3)
    for digest in digests:
        kept.keep([Unit(digest, 10.0)], now=0.0, ready=0.0)
    last = list(dict.fromkeys(reversed(digests)))[:3]
    assert set(last) == {digest for digest in set(digests) if kept.held(digest, 1.0)}
