"""A bucket refills continuously, exactly, and says to the microsecond when there will be room."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.quotas.bucket import Bucket
from novastack_simulators.quotas.gauge import NEVER
from novastack_simulators.quotas.level import Level
from novastack_simulators.quotas.limit import KINDS, Limit
from novastack_simulators.quotas.need import Need, Spent

SECOND = 1_000_000
NOW = 1_700_000_000 * SECOND
LIMITS = st.integers(1, 1000)
# Amounts of tokens, each after a pause in microseconds.
ASKED = st.lists(st.tuples(st.integers(0, 120 * SECOND), st.integers(0, 1200)), max_size=40)


def bucket(name: str, amount: int, *, enforced: bool = True, burst: int | None = None) -> Bucket:
    kind = KINDS[name]  # type: ignore[index]  # a name of a limit
    return Bucket(Limit(name, amount, enforced, kind.window if burst is None else burst), kind)  # type: ignore[arg-type]  # the same


def one(tokens: int = 1) -> Need:
    return Need(tokens, 0)


def admitted(kept: Bucket, tokens: int, at: int) -> bool:
    if kept.short(one(tokens), at):
        return False
    kept.take(one(tokens), at)
    return True


def test_a_limit_of_sixty_gives_one_back_each_second() -> None:
    """Not a microsecond earlier."""
    kept = bucket("requests", 60)
    assert [True] * 60 == [admitted(kept, 1, NOW) for _ in range(60)]
    assert [SECOND, 1, 0] == [kept.short(one(), NOW + wait) for wait in (0, SECOND - 1, SECOND)]


@pytest.mark.parametrize(("limit", "wait"), [(7, 8_571_429), (60, SECOND), (1_000_000, 60), (30_000_000, 2)])
def test_a_part_of_a_microsecond_is_rounded_up(limit: int, wait: int) -> None:
    """60 seconds by 7 is 8.571428571…: the millionth part more is enough, less is not."""
    kept = bucket("tokens", limit)
    kept.take(one(limit), NOW)
    assert wait == kept.short(one(), NOW)
    assert [1, 0] == [kept.short(one(), NOW + wait - 1), kept.short(one(), NOW + wait)]


def test_nothing_drifts_in_a_year_of_odd_steps() -> None:
    """A seventh of a second at a time, and still exact at the end."""
    kept, at, taken = bucket("tokens", 7), NOW, 0
    for _ in range(2000):
        at += 142_857
        taken += admitted(kept, 1, at)
    elapsed = 1999 * 142_857
    assert 7 + elapsed * 7 // (60 * SECOND) == taken


def test_a_day_refills_by_the_day() -> None:
    """200 a day: one more after 7 minutes and 12 seconds, as the real one says."""
    kept = bucket("requests_per_day", 200)
    for _ in range(200):
        kept.take(one(), NOW)
    assert 432 * SECOND == kept.short(one(), NOW)


def test_more_than_the_limit_never_passes() -> None:
    """Not even when nothing is used."""
    assert [0, NEVER] == [bucket("tokens", 100).short(one(tokens), NOW) for tokens in (100, 101)]


def test_an_estimate_of_output_is_never_too_large() -> None:
    """It is reserved up to the limit; what comes of it counts in full."""
    kept, large = bucket("output_tokens", 100), Need(0, 5000)
    assert (0, 100) == (kept.short(large, NOW), kept.asks(large))
    kept.take(large, NOW)
    kept.settle(large, Spent(0, 150), NOW)
    assert (150, 0) == (kept.used(NOW), kept.level(NOW).left)


def test_a_burst_may_be_smaller_than_the_limit() -> None:
    """Of 600 a minute, 10 at once; and what is more than that only when nothing is used."""
    kept = bucket("tokens", 600, burst=1)
    assert [True, True, False] == [admitted(kept, tokens, NOW) for tokens in (4, 6, 1)]
    assert 100_000 == kept.short(one(), NOW)
    assert SECOND == kept.short(one(300), NOW)
    assert admitted(kept, 300, NOW + SECOND)
    assert 29 * SECOND + 100_000 == kept.short(one(), NOW + SECOND)


def test_a_small_limit_by_the_second_still_passes_one() -> None:
    """30 a minute is half a request a second: one every two seconds."""
    kept = bucket("requests", 30, burst=1)
    assert [True, False] == [admitted(kept, 1, NOW) for _ in range(2)]
    assert 2 * SECOND == kept.short(one(), NOW)


def test_what_is_only_told_stops_at_the_limit() -> None:
    """Nothing below zero, and whole again within a window."""
    kept = bucket("requests", 5, enforced=False)
    for _ in range(20):
        kept.take(one(), NOW)
    assert Level(5, 0, NOW / SECOND + 60) == kept.level(NOW)
    assert kept.full(NOW)
    assert 20 == kept.settled


def test_a_clock_that_goes_back_gives_nothing() -> None:
    """The wait grows by what it went back."""
    kept = bucket("requests", 60)
    for _ in range(60):
        kept.take(one(), NOW)
    assert 4 * SECOND == kept.short(one(), NOW - 3 * SECOND)
    assert [1, 0] == [kept.short(one(), NOW + SECOND - 1), kept.short(one(), NOW + SECOND)]


def test_a_level_tells_when_all_is_back() -> None:
    """11 of 60 used: in 11 seconds."""
    kept = bucket("requests", 60)
    for _ in range(11):
        kept.take(one(), NOW)
    assert Level(60, 49, NOW / SECOND + 11) == kept.level(NOW)
    assert Level(60, 53, NOW / SECOND + 11) == kept.level(NOW + 4_500_000)


def test_a_reservation_is_settled() -> None:
    """What was not used comes back, what was used beyond it is owed, and left is never below zero."""
    kept, asked = bucket("tokens", 100), Need(10, 50)
    for spent, used, left in ((Spent(10, 5), 15, 85), (Spent(10, 200), 225, 0)):
        kept.take(asked, NOW)
        assert 60 == kept.reserved
        kept.settle(asked, spent, NOW)
        assert (used, left, 0) == (kept.used(NOW), kept.level(NOW).left, kept.reserved)
    assert 225 == kept.settled


@pytest.mark.parametrize("name", KINDS)
def test_what_is_released_was_never_there(name: str) -> None:
    """Of requests and tokens alike."""
    kept, asked = bucket(name, 100), Need(10, 5)
    kept.take(asked, NOW)
    kept.release(asked, NOW)
    assert (True, 0, 0) == (kept.whole(NOW), kept.settled, kept.reserved)


@given(LIMITS, ASKED)
def test_never_more_than_a_full_bucket_and_what_came_back(limit: int, asked: Any) -> None:
    """Between any two moments, to the last microsecond."""
    kept, at, log = bucket("tokens", limit), NOW, []
    for pause, tokens in asked:
        at += pause
        if admitted(kept, tokens, at):
            log.append((at, tokens))
    for first, (since, _) in enumerate(log):
        taken = 0
        for until, tokens in log[first:]:
            taken += tokens
            assert taken <= limit + Fraction(limit * (until - since), 60 * SECOND)


@given(LIMITS, ASKED, st.integers(1, 1000))
def test_the_wait_is_exact_both_ways(limit: int, asked: Any, tokens: int) -> None:
    """Whoever waits it out is admitted; a microsecond less is too little."""
    kept, at = bucket("tokens", limit), NOW
    for pause, each in asked:
        at += pause
        admitted(kept, each, at)
    wait = kept.short(one(tokens), at)
    if tokens > limit:
        assert NEVER == wait
    elif wait:
        assert 1 == kept.short(one(tokens), at + wait - 1)
        assert admitted(kept, tokens, at + wait)


@given(LIMITS, ASKED)
def test_a_bucket_is_the_fraction_that_it_stands_for(limit: int, asked: Any) -> None:
    """Beside a model that reckons in fractions of a token."""
    kept, at, used = bucket("tokens", limit), NOW, Fraction(0)
    for pause, tokens in asked:
        at += pause
        used = max(Fraction(0), used - Fraction(limit * pause, 60 * SECOND))
        fits = tokens <= limit and used + tokens <= limit
        assert fits == admitted(kept, tokens, at)
        used += tokens if fits else 0
        assert kept.used(at) == -(-used.numerator // used.denominator)
        assert kept.level(at).left == (limit - used).__floor__()


@given(LIMITS, st.lists(st.tuples(st.integers(0, 10 * SECOND), st.integers(0, 100), st.integers(0, 300)), max_size=20))
def test_settling_conserves(limit: int, calls: Any) -> None:
    """What was really spent is what counts, whatever was reserved, while nothing has come back in between."""
    settled = bucket("tokens", limit)
    straight = bucket("tokens", limit)
    at = NOW
    for pause, estimate, cost in calls:
        at += pause
        asked = Need(0, estimate)
        settled.take(asked, at)
        settled.settle(asked, Spent(0, cost), at)
        straight.take(one(cost), at)
    assert straight.used(at) == settled.used(at)
    assert sum(cost for _, _, cost in calls) == settled.settled
    assert 0 == settled.reserved


ENDED = st.tuples(st.integers(0, 120 * SECOND), st.integers(0, 150), st.integers(0, 150), st.integers(0, 300))


@pytest.mark.parametrize("name", KINDS)
@given(st.lists(ENDED, max_size=30), LIMITS, st.booleans())
def test_at_once_is_one_after_the_other(name: str, ended: list[tuple[int, ...]], limit: int, enforced: bool) -> None:
    """To take, tell and settle in one leaves the same as to do it one by one."""
    one_by_one, at_once, at = bucket(name, limit, enforced=enforced), bucket(name, limit, enforced=enforced), NOW
    for pause, tokens, output, made in ended:
        at += pause
        need, spent = Need(tokens, output), Spent(tokens, made)
        one_by_one.take(need, at)
        level = one_by_one.level(at)
        one_by_one.settle(need, spent, at)
        assert level == at_once.once(need, spent, at)
        assert [(each.used(at), each.settled, each.reserved, each.peak) for each in (one_by_one,)] == [
            (each.used(at), each.settled, each.reserved, each.peak) for each in (at_once,)
        ]
