"""Records: requests with the times of their tokens, in three ways."""

import json
from typing import Any

import pytest

from novastack_simulators.tempo.calibration.recorded import apart, read
from novastack_simulators.tempo.trace import Prefix, TraceError

LINE: dict[str, Any] = {"arrival": 10.0, "prompt_tokens": 5}


def line(**fields: Any) -> bytes:
    return json.dumps({**LINE, **fields}).encode()


def times(**fields: Any) -> list[float]:
    """The times after the arrival."""
    (record,) = read([line(**fields)])
    return [round(at - record.outcome.arrival, 9) for at in record.outcome.tokens]


def test_times_of_tokens() -> None:
    """Seconds after the arrival."""
    assert [0.5, 0.6, 0.8] == times(token_times=[0.5, 0.6, 0.8])


def test_a_first_time_and_gaps() -> None:
    """The same in other words."""
    assert [0.5, 0.6, 0.8] == times(ttft=0.5, gaps=[0.1, 0.2])


def test_a_first_and_a_last_time() -> None:
    """Those between are guessed, and the record says so."""
    assert [0.5, 0.6, 0.7] == times(ttft=0.5, e2e=0.7, output_tokens=3)
    (record,) = read([line(ttft=0.5, e2e=0.7, output_tokens=3)])
    assert record.even


def test_one_token_is_enough() -> None:
    """Its first time is its last."""
    assert [0.5] == times(ttft=0.5, e2e=0.5, output_tokens=1)


def test_refused_requests_are_passed_over() -> None:
    """They have no times."""
    assert 1 == len(read([line(refused="requests"), line(token_times=[0.5])]))


def test_without_an_arrival_all_come_at_once() -> None:
    """Enough for distributions."""
    (record,) = read([b'{"prompt_tokens": 5, "token_times": [0.5]}'])
    assert 0.0 == record.outcome.arrival


def test_what_prompts_share_is_read() -> None:
    """As in a trace."""
    (record,) = read([line(token_times=[0.5], session="s")])
    assert Prefix(session="s") == record.prefix


@pytest.mark.parametrize(
    ("fields", "mistake"),
    [
        ({}, "no times: expected `token_times`, or `ttft` with `gaps` or `e2e`"),
        ({"ttft": 0.5}, "`ttft` alone: expected `gaps` or `e2e` beside it"),
        ({"ttft": 0.5, "e2e": 0.4, "output_tokens": 3}, "`e2e` is 0.4 and `ttft` 0.5, of 3 tokens"),
        ({"ttft": 0.5, "e2e": 0.7}, "no output_tokens"),
        ({"token_times": []}, "`token_times` is empty"),
        ({"token_times": 3}, "`token_times` is no list"),
        ({"token_times": [0.5, 0.4]}, "`token_times` goes back in time"),
        ({"token_times": [0.5, -0.4]}, "`token_times` is -0.4: expected a number of at least 0"),
        ({"token_times": [0.5], "output_tokens": 2}, "`token_times` makes 1 tokens and `output_tokens` is 2"),
    ],
)
def test_a_mistake_is_told_with_its_line(fields: dict[str, Any], mistake: str) -> None:
    """What is wrong, and what would be right."""
    with pytest.raises(TraceError) as told:
        read([line(token_times=[0.5]), line(**fields)])
    assert f"line 2: {mistake}" in str(told.value)


def test_a_file_without_records_is_a_mistake() -> None:
    """Also one in which all are refused."""
    with pytest.raises(TraceError, match="no recorded request"):
        read([line(refused="requests")])


def test_tokens_that_come_together_share_the_time_before_them() -> None:
    """Three in one piece after 0.3 s are 0.1 s each."""
    assert [0.1, 0.1, 0.1, 0.2] == pytest.approx(apart([0.3, 0.0, 0.0, 0.2]))
