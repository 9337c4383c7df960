"""One key, one model, more than twice what its limit allows.

Rule of this file: the demand is what makes the verdicts possible; when the limit is unknown, it is a guess that the
verdicts then refuse to judge by.
"""

from random import Random
from typing import Final

from novastack_loadtests.call import PROBE, Call, Plan, names
from novastack_loadtests.scenarios.scenario import Scenario
from novastack_loadtests.scenarios.table import CHAT, UPSTREAMS

#: Offered over the limit. Twice is what the verdicts ask for; the rest is margin for calls that fail.
DEMAND: Final = 2.2

#: Requests per second that one Locust process is trusted with beside other programs on the machine.
CEILING: Final = 500.0

#: Requests per second when nobody knows the limit.
GUESS: Final = 50.0


def rate(limit: int | None, seconds: float) -> float:
    """Enough for twice the limit within these seconds (a window, or a shorter run), up to the ceiling."""
    return GUESS if limit is None else min(CEILING, max(1.0, DEMAND * limit / seconds))


def call(plan: Plan, index: int) -> Call:
    """The call with this index; the probe has its own."""
    request_id, canary = names(plan.run, index)
    model = next(iter(UPSTREAMS))
    draw = Random(f"{plan.seed}/{index}").random()  # noqa: S311 - not for secrets
    return Call(
        index=index,
        id=request_id,
        canary=canary,
        scenario=RATELIMIT.name,
        route="id",
        expected=model,
        path=CHAT,
        model=model,
        stream=index != PROBE and draw < plan.stream_share,
    )


RATELIMIT: Final = Scenario(
    name="ratelimit",
    summary="The limiter never admitted more than its limit, and never refused while it had room.",
    call=call,
    verdicts=("envelope", "admission", "promise", "headers", "refusal", "conservation", "integrity", "schedule"),
    rate=rate,
    stream_share=0.0,
    probes=True,
)
