"""Exactly N admissions in any window (cases RL-01, RL-02, RL-03)."""

from hypothesis import given
from hypothesis import strategies as st

from novastack_gateway.limits import SlidingLog

WINDOW = 60.0
# Whole quarters of a second, so that sums of times are exact.
GAPS = st.lists(st.integers(0, 100).map(lambda quarters: quarters / 4), min_size=1, max_size=60)
LIMITS = st.integers(1, 6)


def admissions(gaps: list[float], limit: int) -> tuple[list[float], list[float]]:
    """The times at which requests were admitted and refused."""
    log, now, admitted, refused = SlidingLog(window=WINDOW), 0.0, [], []
    for gap in gaps:
        now += gap
        (admitted if log.take("k", limit, now).allowed else refused).append(now)
    return admitted, refused


@given(GAPS, LIMITS)
def test_never_more_than_the_limit_in_any_window(gaps: list[float], limit: int) -> None:
    """Counted by brute force over every window that begins at an admission."""
    admitted, _ = admissions(gaps, limit)
    assert all(sum(begin <= time < begin + WINDOW for time in admitted) <= limit for begin in admitted)


@given(GAPS, LIMITS)
def test_never_a_refusal_while_there_is_room(gaps: list[float], limit: int) -> None:
    """Every refusal has a full window behind it."""
    admitted, refused = admissions(gaps, limit)
    assert all(sum(time - WINDOW < earlier <= time for earlier in admitted) == limit for time in refused)


@given(GAPS, LIMITS)
def test_the_wait_is_the_truth(gaps: list[float], limit: int) -> None:
    """Whoever waits that long is admitted; whoever comes a quarter of a second earlier is not."""
    log, now = SlidingLog(window=WINDOW), 0.0
    for gap in gaps:
        now += gap
        decision = log.take("k", limit, now)
        if not decision.allowed:
            assert 0 < decision.retry_after <= WINDOW
            assert not log.peek("k", limit, now + decision.retry_after - 0.25).allowed
            now += decision.retry_after
            assert log.take("k", limit, now).allowed


@given(GAPS, LIMITS)
def test_what_is_told_is_consistent(gaps: list[float], limit: int) -> None:
    """Remaining is what is left after this request, never negative; reset is when all of it is back."""
    log, now = SlidingLog(window=WINDOW), 0.0
    for gap in gaps:
        now += gap
        left = log.peek("k", limit, now).remaining
        decision = log.take("k", limit, now)
        assert limit == decision.limit
        assert max(0, left - 1) == decision.remaining
        assert (left > 0) == decision.allowed
        assert 0 <= decision.retry_after <= decision.reset <= WINDOW


def test_a_refusal_costs_nothing() -> None:
    """A thousand refused requests do not put off the next admission by a moment."""
    log = SlidingLog()
    assert log.take("k", 1, 0.0).allowed
    assert not any(log.take("k", 1, 0.05 * number).allowed for number in range(1, 1000))
    assert log.take("k", 1, 60.0).allowed


def test_a_look_costs_nothing() -> None:
    """Peeking admits nobody."""
    log = SlidingLog()
    assert all(log.peek("k", 1, float(number)).allowed for number in range(5))
    assert log.take("k", 1, 5.0).allowed


def test_keys_do_not_share_a_limit() -> None:
    """What one caller spends, another keeps."""
    log = SlidingLog()
    assert [True, False, True] == [log.take(key, 1, 0.0).allowed for key in ("a", "a", "b")]


def test_the_reset_is_whole_when_it_says_so() -> None:
    """After `reset` seconds the whole limit is there again."""
    log = SlidingLog()
    log.take("k", 3, 0.0)
    reset = log.take("k", 3, 10.0).reset
    assert 3 == log.peek("k", 3, 10.0 + reset).remaining
