"""Due times: the first token, then a gap for each further token; scaled by speed and never going back."""

import statistics

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.generation import seeded
from novastack_simulators.plan import Frame
from novastack_simulators.profile import Spread, Tempo
from novastack_simulators.tempo import schedule

STEADY = Tempo(
    first_token=Spread(value=1.0, sigma=0, source="test", sure="assumed"),
    token_gap=Spread(value=0.1, sigma=0, source="test", sure="assumed"),
)
FITTED = Tempo(
    first_token=Spread(value=2.0, sigma=0.6, source="test", sure="assumed"),
    token_gap=Spread(value=0.1, sigma=0.3, source="test", sure="assumed"),
)


def frames(*tokens: int) -> list[Frame]:
    return [Frame("text", number, b"x") for number in tokens]


def test_each_token_after_the_first_waits_a_gap() -> None:
    """An opening without tokens comes with the first token, three more tokens three gaps later."""
    assert (1.0, 1.0, 1.3, 1.3) == tuple(round(due, 6) for due in schedule(frames(0, 1, 3, 0), STEADY, seeded(1)))


def test_twenty_times_the_speed_is_a_twentieth_of_the_time() -> None:
    """`speed` divides every due time."""
    plain = schedule(frames(0, 1, 3), FITTED, seeded(1))
    assert tuple(due / 20 for due in plain) == schedule(frames(0, 1, 3), FITTED, seeded(1), speed=20)


@given(st.lists(st.integers(0, 5)), st.integers())
def test_due_times_never_go_back(tokens: list[int], seed: int) -> None:
    """Frames are due in their order."""
    dues = schedule(frames(*tokens), FITTED, seeded(seed))
    assert sorted(dues) == list(dues)


def test_the_median_is_the_profiles() -> None:
    """Over many seeds the first token's median is the figure in the profile."""
    firsts = [schedule(frames(1), FITTED, seeded(seed))[0] for seed in range(2000)]
    assert 2.0 == round(statistics.median(firsts), 0)
