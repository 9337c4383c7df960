"""Prometheus reads what happened: counted once, under labels that no request can make more of."""

import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from novastack_simulators.exposition import LATE, State, exposition
from novastack_simulators.journal import Entry
from novastack_simulators.journal.entry import Tokens
from novastack_simulators.lateness import Lateness
from novastack_simulators.load import Load
from novastack_simulators.metrics import FAULTS, Metrics
from novastack_simulators.quotas import Account, Need, Quotas, Spent
from novastack_simulators.quotas.limit import Limit
from novastack_simulators.quotas.terms import Terms

PREFIX = "novastack_simulator_"
PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
Samples = dict[tuple[str, ...], float]


def read(text: str) -> Samples:
    """Samples by name and the values of their labels, `upstream` left out."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = dict(sample.labels)
            assert labels.pop("upstream")
            key = (sample.name.removeprefix(PREFIX), *(labels[name] for name in sorted(labels)))
            assert key not in found
            found[key] = sample.value
    return found


def state(**more: Any) -> State:
    fields = {
        "upstream": "u",
        "profile": "p",
        "dialect": "d",
        "load": Load({}),
        "lateness": Lateness(),
        "truths": (),
        "scopes": 0,
        "dropped": 0,
    }
    return State(**{**fields, **more})


def told(metrics: Metrics, **more: Any) -> Samples:
    return read(exposition(metrics, state(**more)).decode())


def ended(metrics: Metrics, **more: Any) -> None:
    fields = {"sequence": 1, "method": "POST", "path": "/", "arrived": 0.0, "upstream": "u", "status": 200, **more}
    metrics.in_flight += 1
    metrics.ended(Entry(**fields))


def served(*models: str) -> Metrics:
    metrics = Metrics()
    metrics.models = frozenset(models)
    return metrics


def test_requests_are_counted_by_model_stream_and_status() -> None:
    """A request without a model has an empty one; where no head was sent the status is none."""
    metrics = served("m")
    for model, stream, status in (
        ("m", True, 200),
        ("m", True, 200),
        ("m", False, 503),
        (None, False, 401),
        ("m", True, None),
    ):
        ended(metrics, model=model, stream=stream, status=status)
    found = told(metrics)
    assert {
        ("requests_total", "m", "200", "true"): 2.0,
        ("requests_total", "m", "503", "false"): 1.0,
        ("requests_total", "", "401", "false"): 1.0,
        ("requests_total", "m", "none", "true"): 1.0,
    } == {key: value for key, value in found.items() if key[0] == "requests_total"}


def test_tokens_are_those_of_answers() -> None:
    """Of status 200; an error has made none, whatever was planned."""
    metrics = served("m")
    for status in (200, 200, 429):
        ended(metrics, model="m", status=status, tokens=Tokens(prompt=10, reasoning=2, completion=7, sent=5))
    found = told(metrics)
    assert (20, 14, 10) == tuple(found["tokens_total", "m", kind] for kind in ("prompt", "completion", "sent"))


def test_cancels_and_what_is_under_way() -> None:
    """Both kinds of end bring the gauge down."""
    metrics = served("m")
    metrics.in_flight = 2
    ended(metrics, model="m", cancelled_at=1.0)
    ended(metrics, model="m")
    found = told(metrics)
    assert (1, 2) == (found["cancels_total", "m"], found["in_flight",])


@settings(deadline=None)
@given(st.lists(st.text(min_size=1) | st.none()))
def test_no_request_makes_a_label(models: list[str | None]) -> None:
    """However many models are asked for: those served, other, and none."""
    metrics = served("m", "n")
    for model in [*models, "m"]:
        ended(metrics, model=model)
    assert {key[1] for key in told(metrics) if key[0] == "requests_total"} <= {"m", "n", "other", ""}
    assert len(models) + 1 == sum(value for key, value in told(metrics).items() if key[0] == "requests_total")


def test_fault_names_are_bounded() -> None:
    """Beyond the first hundred they are one; those that are known go on being counted."""
    metrics = Metrics()
    for number in range(FAULTS + 30):
        ended(metrics, fault=f"f{number}")
    ended(metrics, fault="f0")
    found = {key[1]: value for key, value in told(metrics).items() if key[0] == "faults_total"}
    assert (FAULTS + 1, 2, 30) == (len(found), found["f0"], found["other"])


def test_clear_forgets_what_ended() -> None:
    """Not what is under way."""
    metrics = served("m")
    ended(metrics, model="m", fault="f")
    metrics.in_flight = 3
    metrics.clear()
    found = told(metrics)
    assert 3 == found["in_flight",]
    assert [] == [key for key in found if key[0] in ("requests_total", "faults_total", "tokens_total", "cancels_total")]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 10), st.integers(1, 5)), max_size=30))
def test_lateness_is_a_histogram(writes: list[tuple[float, int]]) -> None:
    """Each bucket holds what lies below its bound, but for a step of 3 %; the sum is as near."""
    lateness = Lateness()
    for late, events in writes:
        lateness.add(late, events)
    found = told(Metrics(), lateness=lateness)
    for bound in LATE:
        count = found["lateness_seconds_bucket", str(bound)]
        below = sum(events for late, events in writes if late <= bound * 0.96)
        assert below <= count <= sum(events for late, events in writes if late <= bound + 1e-6)
    events = sum(events for _, events in writes)
    assert (events, events) == (found["lateness_seconds_count",], found["lateness_seconds_bucket", "+Inf"])
    total = sum(late * events for late, events in writes)
    assert found["lateness_seconds_sum",] == pytest.approx(total, rel=0.04, abs=2e-6 * max(1, events))


def test_quotas_are_summed_over_accounts() -> None:
    """What was admitted, denied and spent, what is used, and the limits together."""
    quotas = Quotas(Terms(limits=(Limit("requests", 2, True, 60),)))
    grants = [quotas.admit(Account(key, "m"), Need(1, 1), 100.0) for key in ("a", "a", "a", "b")]
    for grant in grants:
        if not isinstance(grant, tuple):
            grant.settle(Spent(1, 1), 100.0)
    found = told(Metrics(), truths=quotas.truth(100.0))
    names = ("admitted_total", "denied_total", "settled_total", "used", "limit")
    assert [3, 1, 3, 3, 4] == [found[f"quota_{name}", "requests"] for name in names]


def test_a_forgotten_account_has_no_limit() -> None:
    """Its counts stay; it is whole, so nothing of it is used."""
    quotas = Quotas(Terms(limits=(Limit("requests", 2, True, 60),)))
    for number in range(100):
        grant = quotas.admit(Account(f"{number}", "m"), Need(1, 1), 1000.0 * number)
        assert not isinstance(grant, tuple)
        grant.settle(Spent(1, 1), 1000.0 * number)
    kept = [truth for truth in quotas.truth(1e6) if truth.key != "*"]
    assert len(kept) < 100
    found = told(Metrics(), truths=quotas.truth(1e6))
    assert (100, 0, 2 * len(kept)) == tuple(
        found[f"quota_{name}", "requests"] for name in ("admitted_total", "used", "limit")
    )


# On the wire


def page(client: Any) -> Samples:
    reply = client.http.get(f"{client.endpoint.control_url}/metrics").raise_for_status()
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    return read(reply.text)


def test_what_was_answered_is_told(anyone: Any) -> None:
    """In every dialect: streamed and plain, faults, a wrong key, a model that nobody serves; and the journal agrees."""
    model = anyone.endpoint.models[0]
    anyone.ask("One")
    anyone.ask("Two", stream=True)
    anyone.ask("Three", stream=True)
    anyone.post(anyone.body("Four", model="no-such-model"))
    anyone.post(anyone.body("Five"), authorization="Bearer wrong")
    anyone.arm({"do": "status", "status": 503, "name": "monday"})
    anyone.ask("Six")
    found = page(anyone)
    counts = {key[1:]: value for key, value in found.items() if key[0] == "requests_total"}
    unknown = anyone.journal()[3]["status"]
    assert {
        (model, "200", "false"): 1,
        (model, "200", "true"): 2,
        (model, "503", "false"): 1,
        ("", "401", "false"): 1,
        ("", str(unknown), "false"): 1,
    } == counts
    answered = [entry["tokens"] for entry in anyone.journal(status=200)]
    for kind in ("prompt", "completion", "sent"):
        assert sum(tokens[kind] for tokens in answered) == found["tokens_total", model, kind]
    assert (1, 0) == (found["faults_total", "monday"], found["in_flight",])
    assert found["lateness_seconds_count",] > 3


def test_a_client_that_leaves_is_counted(deepseek: Any) -> None:
    """While it waits it is in flight; afterwards it is a cancel without a status."""
    deepseek.arm({"do": "stall", "for": "forever"})
    body = b'{"model":"deepseek-v4-pro","messages":[{"role":"user","content":"hi"}]}'
    head = f"POST {deepseek.path} HTTP/1.1\r\nhost: it\r\nauthorization: {deepseek.headers['authorization']}\r\n"
    url = deepseek.http.build_request("GET", deepseek.origin).url
    with socket.create_connection((url.host, url.port)) as client:
        client.sendall(head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body)
        deepseek.http.get(f"{deepseek.endpoint.control_url}/journal/wait").raise_for_status()
        assert 1 == page(deepseek)["in_flight",]
    deepseek.http.get(f"{deepseek.endpoint.control_url}/journal/wait?cancelled=true").raise_for_status()
    found = page(deepseek)
    assert (0, 1) == (found["in_flight",], found["cancels_total", "deepseek-v4-pro"])
    assert 1 == found["requests_total", "deepseek-v4-pro", "none", "false"]


def test_quotas_are_told_on_the_wire(deepseek: Any) -> None:
    """Those of the scope without a name."""
    deepseek.http.put(f"{deepseek.endpoint.control_url}/quotas", json={"requests": 1}).raise_for_status()
    for scope in ("", "", "another"):
        deepseek.post(deepseek.body(), **({"x-sim-scope": scope} if scope else {}))
    found = page(deepseek)
    assert (1, 1) == (found["quota_admitted_total", "requests"], found["quota_denied_total", "requests"])
    assert 1 == found["scopes",]


def test_a_reset_sets_them_back(vllm_engine: Any) -> None:
    """All but what is under way."""
    vllm_engine.ask()
    assert page(vllm_engine)["engine_prefix_queried_tokens_total",] > 0
    vllm_engine.http.post(f"{vllm_engine.endpoint.control_url}/reset").raise_for_status()
    found = page(vllm_engine)
    assert (0, 0) == (found["engine_prefix_queried_tokens_total",], found["lateness_seconds_count",])
    assert [] == [key for key in found if key[0] == "requests_total"]


@pytest.fixture
def vllm_engine(fleet: Any) -> Any:
    client = fleet["vllm"]
    client.http.post(f"{client.endpoint.control_url}/reset").raise_for_status()
    return client


def test_every_metric_is_documented(vllm_engine: Any) -> None:
    """With its kind and its labels, and nothing is documented that is not there."""
    vllm_engine.http.put(f"{vllm_engine.endpoint.control_url}/quotas", json={"requests": 9}).raise_for_status()
    vllm_engine.arm({"do": "slow", "factor": 1.5})
    vllm_engine.ask()
    text = vllm_engine.http.get(f"{vllm_engine.endpoint.control_url}/metrics").text
    real = set()
    for family in text_string_to_metric_families(text):
        name = family.name.removeprefix(PREFIX) + ("_total" if family.type == "counter" else "")
        labels = {label for sample in family.samples for label in sample.labels} - {"upstream", "le"}
        real |= {(name, family.type, tuple(sorted(labels)))}
    rows = [line.split("|")[1:4] for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    written = {
        (
            name.strip(" `"),
            kind.strip(),
            tuple(sorted(label.strip(" `") for label in labels.split(",") if "`" in label)),
        )
        for names, kind, labels in rows
        for name in names.split(",")
    }
    assert written == real
