"""Decisions as headers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_gateway.limits import Decision, rate_headers, state_headers
from novastack_gateway.limits.headers import go_duration

UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (-1, "0s"),
        (0.0001, "1ms"),
        (0.547, "547ms"),
        (1, "1s"),
        (1.5, "1.5s"),
        (59.9999, "1m0s"),
        (60, "1m0s"),
        (172.8, "2m52.8s"),
        (360, "6m0s"),
        (3600, "1h0m0s"),
        (3661.001, "1h1m1.001s"),
    ],
)
def test_durations_as_go_prints_them(seconds: float, text: str) -> None:
    """The forms that OpenAI's API sends."""
    assert text == go_duration(seconds)


@given(st.floats(0, 100_000))
def test_a_duration_is_read_back_to_the_millisecond(seconds: float) -> None:
    """Never less than the truth, never a millisecond more."""
    parts = re.findall(r"([\d.]+)(ms|h|m|s)", go_duration(seconds))
    read = sum(float(number) * UNITS[unit] for number, unit in parts)
    assert seconds - 1e-6 <= read <= seconds + 0.001 + 1e-6


@given(st.floats(0.0001, 60))
def test_retry_after_is_rounded_up(wait: float) -> None:
    """A client that waits as told never comes too early, in whole seconds or in milliseconds."""
    headers = dict(rate_headers(Decision(False, 1, 0, wait, wait)))
    assert wait <= int(headers[b"retry-after-ms"]) / 1000 <= wait + 0.002
    assert int(headers[b"retry-after-ms"]) / 1000 <= int(headers[b"retry-after"]) < wait + 1.002


def test_an_admission_says_how_the_limit_stands_and_asks_for_no_wait() -> None:
    """Limit, remaining and reset, and nothing else."""
    expected = (
        (b"x-ratelimit-limit-requests", b"5"),
        (b"x-ratelimit-remaining-requests", b"4"),
        (b"x-ratelimit-reset-requests", b"1m0s"),
    )
    assert expected == rate_headers(Decision(True, 5, 4, 60.0, 0.0))


def test_a_look_at_a_full_limit_asks_for_no_wait() -> None:
    """A reply that was not refused by the limit must not tell its client to come again later."""
    names = [name for name, _ in state_headers(Decision(False, 5, 0, 60.0, 12.0))]
    assert all(name.startswith(b"x-ratelimit-") for name in names)
