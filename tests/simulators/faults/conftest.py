"""A small streamed plan and a small plain one, for faults to strike."""

import pytest

from novastack_simulators.plan import Frame, Plan

STREAM = (
    Frame("open", 0, b"o"),
    Frame("reasoning", 2, b"r"),
    Frame("text", 3, b"a"),
    Frame("text", 3, b"b"),
    Frame("finish", 0, b"f"),
    Frame("done", 0, b"d"),
)


@pytest.fixture
def stream() -> Plan:
    return Plan(status=200, headers=(), frames=STREAM, dues=(1.0, 1.0, 2.0, 3.0, 3.0, 3.0))


@pytest.fixture
def plain() -> Plan:
    return Plan(status=200, headers=(), frames=(Frame("body", 8, b"abcdef"),), dues=(4.0,))


@pytest.fixture
def error() -> Plan:
    return Plan(status=503, headers=(), frames=(Frame("body", 0, b"busy"),), dues=(0.0,))
