"""Attempts are counted by fingerprint and forgotten oldest first."""

from novastack_simulators.attempts import Attempts


def test_each_fingerprint_counts_by_itself() -> None:
    """The first time is 1, whatever else arrived."""
    attempts = Attempts()
    assert [1, 1, 2, 3] == [attempts.next(mark) for mark in (b"a", b"b", b"a", b"a")]


def test_the_oldest_is_forgotten() -> None:
    """Memory is bounded."""
    attempts = Attempts(capacity=2)
    assert [1, 1, 1, 1] == [attempts.next(mark) for mark in (b"a", b"b", b"c", b"a")]


def test_clear_starts_again() -> None:
    """After a reset the first attempt is the first."""
    attempts = Attempts()
    attempts.next(b"a")
    attempts.clear()
    assert 1 == attempts.next(b"a")
