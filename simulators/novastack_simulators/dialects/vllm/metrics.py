"""vLLM's own metrics, from what was really made (vLLM 0.32: names, labels and buckets of its v1 loggers).

How full the server is, an engine says that makes the tokens. Without one nothing waits, nothing is preempted and no
prefix is cached, so these stand at 0.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from novastack_simulators.dialects.dialect import Asked, Page
from novastack_simulators.load import Gauges, Histogram, Load
from novastack_simulators.profile import Profile

CONTENT: Final = b"text/plain; version=0.0.4; charset=utf-8"
REASONS: Final = ("stop", "length", "abort", "error")
# vLLM knows three ways to finish by itself; a tool call and a stop sequence are stops.
FINISHES: Final = MappingProxyType({"stop_sequence": "stop", "tool_calls": "stop"})


class Shown(NamedTuple):
    """A histogram: its name after `vllm:`, the measure it shows, and its help text."""

    name: str
    measure: str
    text: str


HISTOGRAMS: Final = (
    Shown("time_to_first_token_seconds", "first_token", "Histogram of time to first token in seconds."),
    Shown("inter_token_latency_seconds", "gap", "Histogram of inter-token latency in seconds."),
    Shown("request_time_per_output_token_seconds", "pace", "Histogram of time_per_output_token_seconds per request."),
    Shown("e2e_request_latency_seconds", "whole", "Histogram of e2e request latency in seconds."),
    Shown("request_queue_time_seconds", "queue", "Histogram of time spent in WAITING phase for request."),
    Shown("request_inference_time_seconds", "inference", "Histogram of time spent in RUNNING phase for request."),
    Shown("request_prefill_time_seconds", "prefill", "Histogram of time spent in PREFILL phase for request."),
    Shown("request_decode_time_seconds", "decode", "Histogram of time spent in DECODE phase for request."),
    Shown("request_prompt_tokens", "prompt", "Number of prefill tokens processed."),
    Shown("request_generation_tokens", "output", "Number of generation tokens processed."),
    Shown("request_params_n", "n", "Histogram of the n request parameter."),
    Shown("request_params_max_tokens", "limit", "Histogram of the max_tokens request parameter."),
)


def _histogram(shown: Shown, found: Histogram, labels: Mapping[str, str]) -> Metric:
    family = HistogramMetricFamily(f"vllm:{shown.name}", shown.text, labels=tuple(labels))
    bounds = (*(str(bound) for bound in found.bounds), "+Inf")
    family.add_metric(
        tuple(labels.values()), buckets=list(zip(bounds, found.cumulative, strict=True)), sum_value=found.sum
    )
    return family


class Full(NamedTuple):
    """How full a server is that has no engine: it runs all at once."""

    running: int
    usage: float | None
    queried: int
    waiting: int = 0
    preemptions: int = 0
    hits: int = 0


def _full(load: Load, profile: Profile) -> Gauges | Full:
    if load.gauges is not None:
        return load.gauges()
    usage = None if profile.kv_tokens is None else min(1.0, load.tokens / profile.kv_tokens.value)
    return Full(load.running, usage, load.tally.prompt_tokens)


def _gauges(full: Gauges | Full) -> Iterator[tuple[str, str, Mapping[str, str], float]]:
    yield "num_requests_running", "Number of requests in model execution batches.", {}, full.running
    yield "num_requests_waiting", "Number of requests waiting to be processed.", {}, full.waiting
    # Deferred are those that wait for a transfer, a grammar or an adapter (vLLM, v1/core/sched): nothing here does.
    for reason, waiting in (("capacity", full.waiting), ("deferred", 0)):
        text = "Number of waiting requests by the reason why they wait."
        yield "num_requests_waiting_by_reason", text, {"reason": reason}, waiting
    if full.usage is not None:
        yield "kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", {}, full.usage


def _counters(full: Gauges | Full, load: Load) -> Iterator[tuple[str, str, Mapping[str, str], float]]:
    tally = load.tally
    yield "prefix_cache_queries", "Prefix cache queries, in terms of number of queried tokens.", {}, full.queried
    yield "prefix_cache_hits", "Prefix cache hits, in terms of number of cached tokens.", {}, full.hits
    yield "num_preemptions", "Cumulative number of preemption from the engine.", {}, full.preemptions
    yield "prompt_tokens", "Number of prefill tokens processed.", {}, tally.prompt_tokens
    yield "prompt_tokens_cached", "Number of prompt tokens that were found in a cache.", {}, full.hits
    yield "generation_tokens", "Number of generation tokens processed.", {}, tally.output_tokens
    finished = dict.fromkeys(REASONS, 0)
    for reason, count in tally.finished.items():
        finished[FINISHES.get(reason, reason)] += count
    for reason, count in finished.items():
        yield "request_success", "Count of successfully processed requests.", {"finished_reason": reason}, count


class Made(Collector):
    """All metrics of one upstream, read at one moment."""

    def __init__(self, load: Load, profile: Profile) -> None:
        self._load, self._profile = load, profile
        self._labels = {"model_name": profile.models[0], "engine": "0"}

    def collect(self) -> Iterable[Metric]:
        full = _full(self._load, self._profile)
        yield from self._families(GaugeMetricFamily, _gauges(full))
        yield from self._families(CounterMetricFamily, _counters(full, self._load))
        for shown in HISTOGRAMS:
            yield _histogram(shown, self._load.tally.histograms[shown.measure], self._labels)

    def _families(
        self,
        kind: type[GaugeMetricFamily] | type[CounterMetricFamily],
        samples: Iterable[tuple[str, str, Mapping[str, str], float]],
    ) -> Iterator[Metric]:
        families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
        for name, text, extra, value in samples:
            labels = {**self._labels, **extra}
            family = families.setdefault(name, kind(f"vllm:{name}", text, labels=tuple(labels)))
            family.add_metric(tuple(labels.values()), value)
        yield from families.values()


def metrics(asked: Asked) -> Page:
    """The Prometheus text."""
    registry = CollectorRegistry()
    registry.register(Made(asked.load, asked.profile))
    return Page(CONTENT, generate_latest(registry))
