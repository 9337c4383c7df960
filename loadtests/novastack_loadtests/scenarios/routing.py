"""Every way to ask for every upstream, in a seeded order, streamed and not.

Rule of this file: each block of len(ROUTES) x len(UPSTREAMS) calls holds every pair once, so that a short run has
tried them all; within a block the order is random.
"""

from itertools import product
from random import Random
from typing import Final

from novastack_loadtests.call import Call, Plan, names
from novastack_loadtests.scenarios.scenario import Scenario
from novastack_loadtests.scenarios.table import ROUTES, UPSTREAMS

CELLS: Final = tuple(product(ROUTES, UPSTREAMS))


def call(plan: Plan, index: int) -> Call:
    """The call with this index: pure, so any worker can make it."""
    block, place = divmod(index, len(CELLS))
    route, upstream = Random(f"{plan.seed}/{block}").sample(CELLS, len(CELLS))[place]  # noqa: S311 - not for secrets
    rng = Random(f"{plan.seed}/{block}/{place}")  # noqa: S311 - not for secrets
    other = rng.choice(sorted(set(UPSTREAMS) - {upstream}))
    target = ROUTES[route](upstream, other, rng)
    request_id, canary = names(plan.run, index)
    return Call(
        index=index,
        id=request_id,
        canary=canary,
        scenario=ROUTING.name,
        route=route,
        expected=upstream,
        path=target.path,
        model=target.model,
        headers=target.headers,
        stream=rng.random() < plan.stream_share,
    )


ROUTING: Final = Scenario(
    name="routing",
    summary="Every answer came from the upstream that the route table names.",
    call=call,
    verdicts=("agreement", "routes", "once", "conservation", "integrity", "schedule"),
    rate=lambda _limit, _duration: 20.0,
    stream_share=0.5,
    probes=False,
)
