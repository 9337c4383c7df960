"""From settings to a plan."""

from typing import Any

from novastack_loadtests.planning import plan, told
from novastack_loadtests.settings import Settings


def test_twice_the_limit_is_offered_within_the_run() -> None:
    """The demand makes the limit verdicts possible."""
    made = plan(Settings(scenario="ratelimit", url="http://127.0.0.1:1", duration=10.0), "r", limit=600)
    assert made.rate * 10.0 >= 2 * 600


def test_a_run_longer_than_the_window_offers_as_much_in_each() -> None:
    """The limit is per window: an hour at its rate would prove nothing."""
    made = plan(Settings(scenario="ratelimit", url="http://127.0.0.1:1", duration=600.0), "r", limit=600)
    assert made.rate * 60.0 >= 2 * 600


def test_a_stated_limit_wins_over_the_header() -> None:
    """The user knows better."""
    made = plan(Settings(scenario="ratelimit", url="http://127.0.0.1:1", duration=10.0, limit=60), "r", limit=600)
    assert (60, True) == (made.limit, made.rate < 20)


def test_the_v1_of_sdks_is_taken_off() -> None:
    """Both ways to write a base URL mean the same gateway."""
    assert "http://127.0.0.1:1" == plan(Settings(scenario="routing", url="http://127.0.0.1:1/v1/"), "r").target


def test_the_probe_tells_the_limit(desk: Any) -> None:
    """The header is text, and may be nonsense."""
    good, bad = desk.record(-1, at=0), desk.record(-1, at=0, reply=desk.refusal(limit="many"))
    assert (5, None, None) == (told(good), told(bad), told(None))
