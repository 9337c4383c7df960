"""The bounds of vLLM's histograms (vLLM 0.32, its v1 loggers)."""

from collections.abc import Mapping
from itertools import takewhile
from types import MappingProxyType
from typing import Final

from novastack_simulators.profile import Profile

FIRST_TOKEN: Final = (
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0,
    160.0, 640.0, 2560.0,
)  # fmt: skip
TOKEN: Final = (
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0,
)  # fmt: skip
LATENCY: Final = (
    0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 120.0, 240.0, 480.0, 960.0,
    1920.0, 7680.0,
)  # fmt: skip
CHOICES: Final = (1.0, 2.0, 5.0, 10.0, 20.0)


def sizes(most: int) -> tuple[float, ...]:
    """1, 2, 5, 10, 20, 50, … up to the longest that the model takes."""
    steps = (float(step * 10**power) for power in range(20) for step in (1, 2, 5))
    return tuple(takewhile(lambda step: step <= most, steps))


def buckets(profile: Profile) -> Mapping[str, tuple[float, ...]]:
    """The bounds of every measure."""
    lengths = sizes(int(profile.context.value))
    times = dict.fromkeys(("whole", "queue", "inference", "prefill", "decode"), LATENCY)
    counted = dict.fromkeys(("prompt", "output", "limit"), lengths)
    return MappingProxyType({"first_token": FIRST_TOKEN, "gap": TOKEN, "pace": TOKEN, "n": CHOICES, **times, **counted})
