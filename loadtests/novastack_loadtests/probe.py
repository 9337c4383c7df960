"""Asks the gateway for its limit with one real request before the run.

Rule of this file: the probe takes a slot like any other request, so it is a record of the ledger like any other.
"""

from collections.abc import Callable

from novastack_loadtests.answers import Reading
from novastack_loadtests.call import PROBE, Plan
from novastack_loadtests.ledger import Record, Reply, Times
from novastack_loadtests.scenarios import SCENARIOS
from novastack_loadtests.web import Unreachable, post_json


def probe(plan: Plan, api_key: str, now: Callable[[], float]) -> Record:
    """The record of the probe; a gateway that cannot be reached gives one with outcome `failed`."""
    call = SCENARIOS[plan.scenario].call(plan, PROBE)
    reading, started = Reading(), now()
    credentials = {"authorization": f"Bearer {api_key}", "x-request-id": call.id}
    try:
        status, headers, body = post_json(plan.target + call.path, call.body(), {**credentials, **call.headers})
    except Unreachable as error:
        reply = Reply(outcome="failed", error=str(error))
    else:
        reading.whole(body)
        reply = reading.told(status, headers)
    return Record(call=call, times=Times(intended=started, started=started, ended=now()), reply=reply)
