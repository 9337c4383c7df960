"""The routing scenario's plan and its oracle."""

from typing import Any

from novastack_loadtests.scenarios import SCENARIOS
from novastack_loadtests.scenarios.routing import CELLS
from novastack_loadtests.scenarios.table import ROUTES, UPSTREAMS

CALL = SCENARIOS["routing"].call


def calls(desk: Any, count: int, **changes: Any) -> Any:
    plan = desk.plan(scenario="routing", **{"stream_share": 0.5, **changes})
    return [CALL(plan, index) for index in range(count)]


def test_the_same_seed_sends_the_same_requests(desk: Any) -> None:
    """A run can be repeated."""
    assert calls(desk, 50) == calls(desk, 50)


def test_another_seed_sends_others(desk: Any) -> None:
    """Not always the same order."""
    assert calls(desk, 50) != calls(desk, 50, seed=2)


def test_a_block_tries_every_route_to_every_upstream(desk: Any) -> None:
    """So a short run has tried them all."""
    block = calls(desk, len(CELLS))
    assert sorted(CELLS) == sorted((call.route, call.expected) for call in block)


def test_ids_and_canaries_are_unique(desk: Any) -> None:
    """The join depends on it."""
    many = calls(desk, 200)
    assert 400 == len({call.id for call in many} | {call.canary for call in many})


def _asked(call: Any) -> Any:
    """Path over header over model, written a second time, from the documentation alone."""
    aliases = {alias.lower(): name for name, names in UPSTREAMS.items() for alias in (name, *names)}
    path = call.path.removesuffix("/v1/chat/completions").strip("/")
    return path or call.headers.get("X-Forwarded-To") or aliases[call.model.lower()]


def test_the_expected_upstream_follows_the_precedence(desk: Any) -> None:
    """A second reading of the rule agrees on a thousand requests."""
    for call in calls(desk, 1000):
        assert call.expected == _asked(call), call


def test_conflicts_really_conflict(desk: Any) -> None:
    """A request that asks for two upstreams names two."""
    for call in calls(desk, 200):
        if call.route == "header over model":
            assert call.model != call.expected
        if call.route == "path over header":
            assert call.headers["X-Forwarded-To"] != call.expected


def test_streams_have_their_share(desk: Any) -> None:
    """All, none, and about half."""
    counts = [sum(call.stream for call in calls(desk, 400, stream_share=share)) for share in (0.0, 0.5, 1.0)]
    assert (0, 400) == (counts[0], counts[2])
    assert 150 < counts[1] < 250


def test_every_route_has_its_name_in_the_plan(desk: Any) -> None:
    """No way to ask is left out."""
    assert set(ROUTES) == {call.route for call in calls(desk, len(CELLS))}


def test_the_prompt_carries_the_canary(desk: Any) -> None:
    """It survives a gateway that drops headers."""
    call = calls(desk, 1)[0]
    assert f"canary:{call.canary}" in call.body()["messages"][0]["content"]
