"""Metrics of settled exchanges (case MET-01)."""

from dataclasses import replace

from novastack_gateway.exchange import Exchange, Usage
from novastack_gateway.metrics import Metrics

GOOD = Exchange(
    request_id="r",
    caller="c",
    upstream="up",
    model="m",
    stream=True,
    status=200,
    error=None,
    duration=0.5,
    first_byte=0.2,
    usage=Usage(3, 4),
)
REFUSED = replace(GOOD, upstream=None, model=None, status=404, first_byte=None, usage=None, error="model_not_found")


def text(*exchanges: Exchange) -> str:
    metrics = Metrics()
    for exchange in exchanges:
        metrics.observe(exchange)
    return metrics.text().decode()


def test_an_exchange_is_counted_with_its_times_and_tokens() -> None:
    """By upstream, model and what the client was told."""
    lines = text(GOOD, GOOD, replace(GOOD, status=499)).splitlines()
    assert 'novastack_gateway_requests_total{model="m",status="200",upstream="up"} 2.0' in lines
    assert 'novastack_gateway_requests_total{model="m",status="499",upstream="up"} 1.0' in lines
    assert 'novastack_gateway_request_duration_seconds_sum{model="m",upstream="up"} 1.5' in lines
    assert 'novastack_gateway_time_to_first_byte_seconds_count{model="m",upstream="up"} 3.0' in lines
    assert 'novastack_gateway_tokens_total{model="m",type="prompt",upstream="up"} 9.0' in lines
    assert 'novastack_gateway_tokens_total{model="m",type="completion",upstream="up"} 12.0' in lines


def test_what_went_nowhere_has_one_label() -> None:
    """However many names clients invent."""
    counted = text(*(replace(REFUSED, request_id=str(number)) for number in range(1000)))
    requests = [line for line in counted.splitlines() if line.startswith("novastack_gateway_requests_total")]
    assert ['novastack_gateway_requests_total{model="none",status="404",upstream="none"} 1000.0'] == requests


def test_tokens_that_nobody_counted_are_not_invented() -> None:
    """No usage, no sample."""
    assert "tokens_total{" not in text(REFUSED)


def test_two_gateways_in_a_process_do_not_mix() -> None:
    """Each has its registry."""
    text(GOOD)
    assert "requests_total{" not in text()
