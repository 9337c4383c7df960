"""The ratelimit scenario's plan."""

from typing import Any

import pytest

from novastack_loadtests.call import PROBE
from novastack_loadtests.scenarios import SCENARIOS
from novastack_loadtests.scenarios.ratelimit import CEILING, GUESS

SCENARIO = SCENARIOS["ratelimit"]


@pytest.mark.parametrize(("limit", "rate"), [(600, 132.0), (None, GUESS), (1_000_000, CEILING), (1, 1.0)])
def test_the_rate_offers_more_than_twice_the_limit(limit: int | None, rate: float) -> None:
    """Unless nobody knows the limit, or it is out of one process's reach."""
    assert pytest.approx(rate) == SCENARIO.rate(limit, 10.0)


def test_the_probe_is_one_plain_request(desk: Any) -> None:
    """Never a stream, and with a name of its own."""
    probe = SCENARIO.call(desk.plan(stream_share=1.0), PROBE)
    assert ("load-test-probe", False) == (probe.id, probe.stream)


def test_one_model_takes_all(desk: Any) -> None:
    """The limit is of the key: routes do not matter here."""
    assert 1 == len({SCENARIO.call(desk.plan(), index).model for index in range(50)})
