"""How many are under way: the next is refused, and nobody knows until when."""

from typing import Any

from novastack_simulators.profile import load_profile
from novastack_simulators.quotas import Account, Denied, Grant, Need, Quotas, Spent, terms

SPENT = Spent(1, 1)
ONE = Need(1, 1)


def test_one_more_is_denied_without_a_time(enforcing: Any, account: Account) -> None:
    """Until one of them ends."""
    quotas = enforcing(concurrency=2)
    first, _ = quotas.admit(account, ONE, 1.0), quotas.admit(account, ONE, 1.0)
    assert Denied("concurrency", 2, 2, 1, None) == quotas.admit(account, ONE, 100.0)
    first.settle(SPENT, 101.0)
    assert isinstance(quotas.admit(account, ONE, 101.0), Grant)


def test_a_grant_is_settled_once(enforcing: Any, account: Account) -> None:
    """Settled or released again it changes nothing."""
    quotas = enforcing(concurrency=2)
    first, second = quotas.admit(account, ONE, 1.0), quotas.admit(account, ONE, 1.0)
    for _ in range(3):
        first.settle(SPENT, 2.0)
        first.release(2.0)
    (truth,) = quotas.truth(3.0)
    assert (1, 1, 2) == (truth.used, truth.reserved, truth.peak)
    second.release(3.0)
    assert 0 == quotas.truth(3.0)[0].used


def test_its_use_is_measured_in_request_seconds(enforcing: Any, account: Account) -> None:
    """Two of four for ten seconds is half of what there was."""
    quotas = enforcing(concurrency=4)
    for grant in [quotas.admit(account, ONE, 100.0) for _ in range(2)]:
        grant.settle(SPENT, 110.0)
    (truth,) = quotas.truth(500.0)
    assert (20, 40.0, 0.5) == (truth.settled, truth.had, truth.utilisation)


def test_only_told_it_may_be_exceeded(account: Account) -> None:
    """As DeepSeek's is by default: nothing is refused."""
    quotas = Quotas(terms(load_profile("deepseek-v4-pro")))
    assert all(isinstance(quotas.admit(account, ONE, 1.0), Grant) for _ in range(501))
    assert (501, 0) == (quotas.truth(1.0)[0].used, quotas.truth(1.0)[0].remaining)
    assert quotas.over(account, 1.0)
