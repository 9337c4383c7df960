"""The frame of the benchmarks: one figure of a pure function, so that `make bench` runs end to end."""

from pytest_benchmark.fixture import BenchmarkFixture

from novastack_gateway.sse import Events

STREAM = b'data: {"choices":[{"index":0,"delta":{"content":"word"}}]}\n\n' * 1000 + b"data: [DONE]\n\n"


def test_a_stream_is_split_into_events(benchmark: BenchmarkFixture) -> None:
    """Events per second of the gateway's reader, a thousand and one of them in one piece."""
    assert 1001 == benchmark(lambda: sum(1 for _ in Events().feed(STREAM)))
