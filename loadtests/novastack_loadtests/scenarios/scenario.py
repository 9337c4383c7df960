"""What a scenario is: which requests, at what rate, judged by which verdicts."""

from collections.abc import Callable
from dataclasses import dataclass

from novastack_loadtests.call import Call, Plan


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`call` is pure: plan and index to a request. `rate` takes the known limit and the seconds in which it must be met."""

    name: str
    summary: str
    call: Callable[[Plan, int], Call]
    verdicts: tuple[str, ...]
    rate: Callable[[int | None, float], float]
    stream_share: float
    #: Whether the limit must be asked for with a probe before the run.
    probes: bool
