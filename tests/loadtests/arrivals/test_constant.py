"""The constant arrival process."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from novastack_loadtests.arrivals import ARRIVALS


@given(st.floats(0.1, 1000), st.floats(0.1, 10))
def test_every_arrival_lies_on_its_multiple_and_inside_the_run(rate: float, duration: float) -> None:
    """No drift: the k-th is due at k / rate."""
    dues = list(ARRIVALS["constant"](rate, duration))
    assert [number / rate for number in range(len(dues))] == dues
    assert dues[-1] < duration <= len(dues) / rate


def test_without_a_duration_it_does_not_end() -> None:
    """The web page's stop button ends it."""
    assert [0.0, 0.5, 1.0] == list(islice(ARRIVALS["constant"](2.0, None), 3))
