"""Figures of outcomes, as vLLM's benchmark defines them."""

from array import array

import pytest

from novastack_simulators.tempo.outcome import Outcome, duration, measured, quantile, spreading

OUTCOME = Outcome(arrival=1.0, prompt_tokens=10, tokens=array("d", [1.5, 1.6, 1.9]))
SINGLE = Outcome(arrival=2.0, prompt_tokens=10, tokens=array("d", [2.25]))
REFUSED = Outcome(arrival=3.0, prompt_tokens=10, refused="requests")


def test_times_of_one_request() -> None:
    """From its arrival, and between its tokens."""
    assert (0.5, 0.9, 0.2) == pytest.approx((OUTCOME.ttft, OUTCOME.e2e, OUTCOME.tpot))
    assert [0.1, 0.3] == pytest.approx(list(OUTCOME.gaps))


def test_a_quantile_lies_between_two_values() -> None:
    """Linearly, as numpy does by default."""
    assert [1.0, 2.5, 4.0] == [quantile([1.0, 2.0, 3.0, 4.0], share) for share in (0.0, 0.5, 1.0)]


def test_of_nothing_there_is_no_spreading() -> None:
    """None, not zero."""
    assert spreading([]) is None


def test_who_made_one_token_has_no_time_per_token() -> None:
    """A refused request is in no measure, one with a single token in those that it has."""
    found = measured([OUTCOME, SINGLE, REFUSED])
    assert (0.375, 0.2, 0.2) == pytest.approx(tuple(found[name].mean for name in ("ttft", "itl", "tpot")))  # type: ignore[union-attr]


def test_a_run_lasts_from_the_first_arrival_to_the_last_token() -> None:
    """In whatever order; a run in which nobody got a token lasts no time."""
    assert 1.25 == duration([OUTCOME, SINGLE])
    assert 0.0 == duration([REFUSED])
