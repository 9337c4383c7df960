"""vLLM's figures come from the engine that makes the tokens; without one they come from what is under way."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from prometheus_client.parser import text_string_to_metric_families

from novastack_simulators.dialects.dialect import Asked
from novastack_simulators.dialects.vllm.buckets import buckets
from novastack_simulators.dialects.vllm.metrics import metrics
from novastack_simulators.load import Load
from novastack_simulators.plan import Frame, Plan, Work
from novastack_simulators.profile import Profile, load_profile

PROFILE = load_profile("qwen3-235b-a22b-vllm")


class Gauges(NamedTuple):
    running: int = 3
    waiting: int = 4
    usage: float = 0.25
    preemptions: int = 5
    queried: int = 600
    hits: int = 70


def figures(load: Load, profile: Profile = PROFILE) -> dict[str, float]:
    """All samples but those of histograms, by name and reason."""
    given: Any = {"load": load, "profile": profile}
    unread: Any = dict.fromkeys(("body", "fields", "argument", "speaker", "journal", "now"))
    text = metrics(Asked(**given, **unread)).data.decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {
        f"{sample.name}{sample.labels.get('reason', '')}".removeprefix("vllm:"): sample.value
        for sample in samples
        if "le" not in sample.labels
    }


def loaded(gauges: Callable[[], Gauges] | None = None) -> Load:
    """One answer is under way: a prompt of 100 tokens, and two of three tokens made."""
    load = Load(buckets(PROFILE), gauges)
    frames = tuple(Frame("text", 1, b"x") for _ in range(3))
    work = Work(100, ("stop",))
    load.begin(Plan(status=200, headers=(), frames=frames, dues=(1.0, 2.0, 9.0), work=work), 0.0)
    load.settle(5.0)
    return load


ENGINE = {
    "num_requests_running": 3.0,
    "num_requests_waiting": 4.0,
    "num_requests_waiting_by_reasoncapacity": 4.0,
    "num_requests_waiting_by_reasondeferred": 0.0,
    "kv_cache_usage_perc": 0.25,
    "num_preemptions_total": 5.0,
    "prefix_cache_queries_total": 600.0,
    "prefix_cache_hits_total": 70.0,
    "prompt_tokens_cached_total": 70.0,
}
NONE = {
    **dict.fromkeys(ENGINE, 0.0),
    "num_requests_running": 1.0,
    "kv_cache_usage_perc": pytest.approx(102 / 281_600),
    "prefix_cache_queries_total": 100.0,
}


@pytest.mark.parametrize(("gauges", "expected"), [(Gauges, ENGINE), (None, NONE)], ids=["engine", "fitted"])
def test_how_full_it_is(gauges: Callable[[], Gauges] | None, expected: dict[str, Any]) -> None:
    """What the engine says; without one all runs at once, and the cache holds what is under way."""
    found = figures(loaded(gauges))
    assert expected == {name: found[name] for name in expected}


@pytest.mark.parametrize("gauges", [Gauges, None], ids=["engine", "fitted"])
def test_what_was_made_is_counted_alike(gauges: Callable[[], Gauges] | None) -> None:
    """Tokens are the load's in either case."""
    found = figures(loaded(gauges))
    assert (100, 2) == (found["prompt_tokens_total"], found["generation_tokens_total"])


def test_a_cache_of_unknown_size_has_no_share() -> None:
    """The figure is left out."""
    assert "kv_cache_usage_perc" not in figures(loaded(), PROFILE.model_copy(update={"kv_tokens": None}))
