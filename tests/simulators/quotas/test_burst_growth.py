"""How fast the rate may rise: from period to period by a factor, and whoever is patient gets a later place."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.quotas import Account, Denied, Grant, Need

GROWTH = {"factor": 2, "least": 3, "period": 10}
ONE = Need(1, 1)


def count(quotas: Any, account: Account, offered: int, at: float) -> int:
    return sum(isinstance(quotas.admit(account, ONE, at), Grant) for _ in range(offered))


def test_each_period_admits_twice_the_one_before(enforcing: Any, account: Account) -> None:
    """From the least that is always allowed; and from there again after a pause."""
    quotas = enforcing(burst_growth=GROWTH)
    assert [3, 6, 12, 24] == [count(quotas, account, 100, at) for at in (1000.0, 1011.0, 1025.5, 1039.9)]
    assert 3 == count(quotas, account, 100, 1050.0 + 10)


def test_the_wait_ends_where_a_period_begins(enforcing: Any, account: Account) -> None:
    """A microsecond before it is too early."""
    quotas = enforcing(burst_growth=GROWTH)
    count(quotas, account, 3, 1004.25)
    assert Denied("burst_growth", 3, 3, 1, 5.75) == quotas.admit(account, ONE, 1004.25)
    assert isinstance(quotas.admit(account, ONE, 1009.999999), Denied)
    assert isinstance(quotas.admit(account, ONE, 1010.0), Grant)


def test_the_patient_are_queued(enforcing: Any, account: Account) -> None:
    """In the first period with room, first come first served; without the patience they are refused."""
    quotas = enforcing(burst_growth=GROWTH)
    waits = [quotas.admit(account, Need(1, 1, patience=25.0), 1000.0).wait for _ in range(21)]
    assert [0.0] * 3 + [10.0] * 6 + [20.0] * 12 == waits
    assert Denied("burst_growth", 3, 3, 1, 30.0) == quotas.admit(account, Need(1, 1, patience=25.0), 1000.0)
    assert 12 == quotas.truth(1000.0)[0].peak


def test_only_growth_can_be_waited_for(enforcing: Any, account: Account) -> None:
    """Patience is no help against another limit, and what was refused there takes no place."""
    quotas = enforcing(burst_growth=GROWTH, requests=4)
    waits = [quotas.admit(account, Need(1, 1, patience=100.0), 1000.0) for _ in range(5)]
    assert [0.0, 0.0, 0.0, 10.0] == [grant.wait for grant in waits[:4]]
    assert Denied("requests", 4, 4, 1, 15.0) == waits[4]
    assert 1 == quotas.truth(1010.0)[1].used


def test_a_factor_is_what_is_written(enforcing: Any, account: Account) -> None:
    """2.3 times 10 is 23, which a float misses."""
    quotas = enforcing(burst_growth={"factor": 2.3, "least": 10, "period": 1})
    assert [10, 23] == [count(quotas, account, 50, at) for at in (1.0, 2.0)]


def test_a_number_alone_is_the_factor(enforcing: Any, account: Account) -> None:
    """With ten in ten seconds to begin with."""
    quotas = enforcing(burst_growth=3)
    assert [10, 30] == [count(quotas, account, 50, at) for at in (100.0, 110.0)]


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 30)), max_size=30))
def test_no_period_exceeds_what_the_one_before_allows(enforcing: Any, account: Account, arrivals: Any) -> None:
    """Whatever arrives when, and however patient; and nobody waits longer than they said."""
    quotas, at, served = enforcing(burst_growth=GROWTH), 1000, Counter[int]()
    for pause, patience in arrivals:
        at += pause
        decision = quotas.admit(account, Need(1, 1, patience=patience), at)
        if isinstance(decision, Grant):
            assert decision.wait <= patience
            served[int(at + decision.wait) // 10] += 1
    for period, each in served.items():
        assert each <= max(3, 2 * served[period - 1])
