"""From a configuration to an upstream: what it leaves open is the whole's."""

import json
from pathlib import Path
from typing import Any

import pytest

from novastack_simulators.composition import composed, set_up
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.explanation import Still
from novastack_simulators.journal import File
from novastack_simulators.setting import Clocks

STUB = {"priority": 1, "reply": {"text": "hi"}}


def configured(each: dict[str, Any], **whole: Any) -> tuple[SimulatorsConfig, UpstreamConfig]:
    upstream = {"name": "it", "profile": "deepseek-v4-pro", "api_keys": ("k",), **each}
    config = SimulatorsConfig.model_validate({**whole, "upstreams": [upstream]})
    return config, config.upstreams[0]


@pytest.mark.parametrize(
    ("each", "expected"), [({}, (20.0, 7)), ({"speed": 3, "seed": 0}, (3.0, 0)), ({"seed": 5}, (20.0, 5))]
)
def test_speed_and_seed_are_its_own_or_those_of_the_whole(each: dict[str, Any], expected: tuple[float, int]) -> None:
    """A seed of 0 is a seed."""
    setting, start = set_up(*configured(each, speed=20, seed=7))
    assert expected == (setting.speed, start.seed)


def test_its_own_stubs_come_before_those_of_all() -> None:
    """Of one priority the earlier replies."""
    _, start = set_up(*configured({"stubs": [{"name": "own", **STUB}]}, stubs=[{"name": "all", **STUB}]))
    assert ["own", "all"] == [stub.name for stub in start.stubs]


def test_the_profile_is_as_the_upstream_has_it() -> None:
    """With its quirks, its tempo, and the dialect that fits them."""
    figure = {"kind": "constant", "value": 2, "source": "a test", "sure": "assumed"}
    tempo = {"first_token": figure, "token_gap": figure}
    setting, _ = set_up(*configured({"quirks": {"caching": False}, "tempo": tempo}))
    told = setting.profile.tempo.model_dump()["first_token"]["value"]
    assert (False, 2.0, "deepseek") == (setting.profile.quirks.caching, told, setting.dialect.name)


def test_quotas_are_told_or_enforced() -> None:
    """As the upstream's part says."""
    _, told = set_up(*configured({"profile": "claude-opus-4-7"}))
    _, enforced = set_up(*configured({"profile": "claude-opus-4-7", "quotas": "profile"}))
    assert ({False}, {True}) == (
        {limit.enforced for limit in told.terms.limits},
        {limit.enforced for limit in enforced.terms.limits},
    )


def test_the_journal_is_kept_as_configured_and_written_to_the_file(tmp_path: Path) -> None:
    """So many entries, and a line for each."""
    config, each = configured({}, journal={"capacity": 5})
    file = File(tmp_path / "journal.ndjson", pytest.fail)
    upstream = composed(config, each, Clocks(Still(), lambda: 0.0), file)
    assert 5 == upstream.journal.capacity
    upstream.journal.close(upstream.journal.open("GET", "/", (), now=0.0))
    file.close()
    assert "it" == json.loads((tmp_path / "journal.ndjson").read_text(encoding="utf-8"))["upstream"]
