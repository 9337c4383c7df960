"""Prometheus metrics of an upstream, read from what is counted and what is kept anyway. Pure.

Names and base units follow Prometheus (naming best practices).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from novastack_simulators.lateness import Lateness
from novastack_simulators.load import Load
from novastack_simulators.metrics import Metrics, Row
from novastack_simulators.quotas import Truth

PREFIX: Final = "novastack_simulator_"
CONTENT: Final = "text/plain; version=0.0.4; charset=utf-8"
# Seconds: 5 ms is what a load run allows unless it says otherwise.
LATE: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class State(NamedTuple):
    """What is kept anyway. `truths` are the quotas of the scope without a name, `scopes` counts those with one.

    `dropped` is how many entries the journal had to let go.
    """

    upstream: str
    profile: str
    dialect: str
    load: Load
    lateness: Lateness
    truths: Sequence[Truth]
    scopes: int
    dropped: int


class Sample(NamedTuple):
    """A value with its labels besides `upstream`; `made` says what kind of metric it is of."""

    made: type[CounterMetricFamily] | type[GaugeMetricFamily]
    name: str
    text: str
    labels: dict[str, str]
    value: float


def exposition(metrics: Metrics, state: State) -> bytes:
    """The Prometheus text."""
    registry = CollectorRegistry()
    registry.register(Told(metrics, state))
    return generate_latest(registry)


class Told(Collector):
    """All metrics of one upstream, read at one moment."""

    def __init__(self, metrics: Metrics, state: State) -> None:
        self._metrics, self._state = metrics, state

    def collect(self) -> Iterable[Metric]:
        state = self._state
        yield from _families(
            (*_ended(self._metrics), *_now(self._metrics, state), *_limits(state.truths), *_engine(state.load)),
            state.upstream,
        )
        yield _lateness(state.lateness, state.upstream)


def _families(samples: Iterable[Sample], upstream: str) -> Iterator[Metric]:
    families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
    for made, name, text, labels, value in samples:
        if name not in families:
            families[name] = made(PREFIX + name, text, labels=("upstream", *labels))
        families[name].add_metric((upstream, *labels.values()), value)
    yield from families.values()


def _ended(metrics: Metrics) -> Iterator[Sample]:
    text = "Requests that ended, by what was answered; none: no head was sent."
    for (model, stream, status), row in metrics.rows.items():
        labels = {"model": model or "", "stream": str(stream).lower(), "status": str(status or "none")}
        yield Sample(CounterMetricFamily, "requests", text, labels, row.requests)
    text = "Answers that the client left before their end."
    for model, row in _models(metrics):
        yield Sample(CounterMetricFamily, "cancels", text, {"model": model}, row.cancels)
    text = "Tokens of answers with status 200: of the prompt, of what the model made, and what of that was sent."
    for model, row in _models(metrics, 200):
        for kind in ("prompt", "completion", "sent"):
            labels = {"model": model, "type": kind}
            yield Sample(CounterMetricFamily, "tokens", text, labels, getattr(row, kind))
    for fault, count in metrics.faults.items():
        yield Sample(CounterMetricFamily, "faults", "Faults that struck, by name.", {"fault": fault}, count)


def _models(metrics: Metrics, status: int | None = None) -> Iterator[tuple[str, Row]]:
    """The rows summed up by model; of one status, or of all."""
    sums: dict[str, Row] = {}
    for (model, _, answered), row in metrics.rows.items():
        if status in (None, answered):
            both = zip(msgspec.structs.astuple(sums.get(model or "", Row())), msgspec.structs.astuple(row), strict=True)
            sums[model or ""] = Row(*map(sum, both))
    yield from sums.items()


def _now(metrics: Metrics, state: State) -> Iterator[Sample]:
    about = {"profile": state.profile, "dialect": state.dialect}
    yield Sample(GaugeMetricFamily, "info", "Who this upstream is; always 1.", about, 1)
    yield Sample(GaugeMetricFamily, "in_flight", "Requests that are being answered.", {}, metrics.in_flight)
    yield Sample(GaugeMetricFamily, "scopes", "Scopes with a name that are remembered.", {}, state.scopes)
    text = "Entries that the journal had to let go, oldest first."
    yield Sample(CounterMetricFamily, "journal_dropped", text, {}, state.dropped)


class Shown(NamedTuple):
    """A metric that shows a field of something."""

    made: type[CounterMetricFamily] | type[GaugeMetricFamily]
    name: str
    text: str
    field: str


LIMITS: Final = (
    Shown(CounterMetricFamily, "quota_admitted", "Requests that were admitted.", "admitted"),
    Shown(CounterMetricFamily, "quota_denied", "Requests that this limit denied.", "denied"),
    Shown(CounterMetricFamily, "quota_settled", "What was spent: requests, tokens, request-seconds.", "settled"),
    Shown(GaugeMetricFamily, "quota_used", "What counts against the limit now, over all accounts.", "used"),
    Shown(GaugeMetricFamily, "quota_limit", "The limit, over all accounts that have asked.", "limit"),
)


def _limits(truths: Sequence[Truth]) -> Iterator[Sample]:
    """Accounts are summed up: their number is not bounded. A forgotten one is whole, and has no limit of its own."""
    for made, name, text, field in LIMITS:
        sums: dict[str, float] = {}
        for truth in truths:
            counts = 0 if field == "limit" and truth.key == "*" else getattr(truth, field)
            sums[truth.name] = sums.get(truth.name, 0) + counts
        for limit, value in sums.items():
            yield Sample(made, name, text, {"limit": limit}, value)


ENGINE: Final = (
    Shown(GaugeMetricFamily, "engine_running", "Requests in the batches of the serving engine.", "running"),
    Shown(GaugeMetricFamily, "engine_waiting", "Requests in its queue.", "waiting"),
    Shown(GaugeMetricFamily, "engine_cache_usage_ratio", "The share of its KV cache in use.", "usage"),
    Shown(CounterMetricFamily, "engine_preemptions", "Requests that had to leave the batch again.", "preemptions"),
    Shown(CounterMetricFamily, "engine_prefix_queried_tokens", "Tokens looked up in its prefix cache.", "queried"),
    Shown(CounterMetricFamily, "engine_prefix_hit_tokens", "Tokens that were found there.", "hits"),
)


def _engine(load: Load) -> Iterator[Sample]:
    if load.gauges is not None:
        gauges = load.gauges()
        for made, name, text, field in ENGINE:
            yield Sample(made, name, text, {}, getattr(gauges, field))


def _lateness(lateness: Lateness, upstream: str) -> Metric:
    text = "How late events were written, against their plan (kept in steps of 3 %)."
    family = HistogramMetricFamily(f"{PREFIX}lateness_seconds", text, labels=("upstream",))
    counts = (*lateness.within(LATE), lateness.events)
    bounds = (*map(str, LATE), "+Inf")
    family.add_metric((upstream,), buckets=list(zip(bounds, counts, strict=True)), sum_value=lateness.total)
    return family
