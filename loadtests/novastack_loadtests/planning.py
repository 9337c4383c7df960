"""From settings to a plan: fills in what the scenario chooses.

Rule of this file: pure; the run's name and the known limit are arguments.
"""

from math import ceil

from novastack_loadtests.call import Plan, base
from novastack_loadtests.figures import whole
from novastack_loadtests.ledger import Record
from novastack_loadtests.scenarios import SCENARIOS
from novastack_loadtests.settings import Settings

#: Seconds that a call is expected to take at most, for the number of users that can hold the rate.
PATIENCE = 10.0

#: Users of one Locust process: greenlets are cheap, sockets less so.
CEILING = 500


def plan(settings: Settings, run: str, limit: int | None = None) -> Plan:
    """The plan of a run, given the limit if one is known."""
    scenario = SCENARIOS[settings.scenario]
    stated = settings.limit or limit
    rate = settings.rate or scenario.rate(stated, min(settings.duration, settings.window))
    share = scenario.stream_share if settings.stream_share is None else settings.stream_share
    return Plan(
        run=run,
        scenario=scenario.name,
        target=base(settings.url),
        seed=settings.seed,
        rate=rate,
        duration=settings.duration,
        users=settings.users or min(CEILING, max(10, ceil(rate * PATIENCE))),
        stream_share=share,
        arrival=settings.arrival,
        limit=settings.limit,
        window=settings.window,
    )


def told(probe: Record | None) -> int | None:
    """The limit that the probe's reply names, in requests per window."""
    return (whole(probe.reply.limit) if probe else None) or None
