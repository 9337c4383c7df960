"""Prometheus metrics of finished requests. Label values come from the configuration, never from a request."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from novastack_gateway.exchange import Exchange

# Buckets in seconds of the OpenTelemetry GenAI conventions (gen_ai.server.request.duration, .time_to_first_token).
_DURATION = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
_FIRST_BYTE = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)

NOBODY = "none"


class Metrics:
    """One registry per gateway, so that two in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("upstream", "model")
        self._requests = Counter(
            "novastack_gateway_requests",
            "Requests by what the client was told; 499 is a client that left.",
            (*labels, "status"),
            registry=self.registry,
        )
        self._duration = Histogram(
            "novastack_gateway_request_duration_seconds",
            "From the head of the request to the end of the reply.",
            labels,
            buckets=_DURATION,
            registry=self.registry,
        )
        self._first_byte = Histogram(
            "novastack_gateway_time_to_first_byte_seconds",
            "From the head of the request to the first byte of an upstream's answer.",
            labels,
            buckets=_FIRST_BYTE,
            registry=self.registry,
        )
        self._tokens = Counter(
            "novastack_gateway_tokens",
            "Tokens as upstreams counted them.",
            (*labels, "type"),
            registry=self.registry,
        )

    def observe(self, exchange: Exchange) -> None:
        labels = (exchange.upstream or NOBODY, exchange.model or NOBODY)
        self._requests.labels(*labels, str(exchange.status)).inc()
        self._duration.labels(*labels).observe(exchange.duration)
        if exchange.first_byte is not None:
            self._first_byte.labels(*labels).observe(exchange.first_byte)
        if exchange.usage is not None:
            self._tokens.labels(*labels, "prompt").inc(exchange.usage.prompt_tokens)
            self._tokens.labels(*labels, "completion").inc(exchange.usage.completion_tokens)

    def text(self) -> bytes:
        return generate_latest(self.registry)
