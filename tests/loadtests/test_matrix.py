"""The judge is judged: a gateway on a real socket with one defect, and exactly its verdict turns red.

The calls are the scenario's own, sent by threads instead of Locust, so that the whole matrix takes seconds.
"""

import http.client
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from novastack_loadtests.answers import Reading
from novastack_loadtests.arrivals import ARRIVALS
from novastack_loadtests.call import Call, Plan
from novastack_loadtests.clock import anchored
from novastack_loadtests.control import fetch
from novastack_loadtests.evidence import gather
from novastack_loadtests.judge import Report, judge
from novastack_loadtests.ledger import End, Ledger, Record, Times
from novastack_loadtests.probe import probe
from novastack_loadtests.scenarios import SCENARIOS

KEY = "sk-novastack-dev"
NEVER = Event()


def send(plan: Plan, call: Call, due: float, now: Callable[[], float]) -> Record:
    NEVER.wait(max(0.0, due - now()))
    connection = http.client.HTTPConnection(plan.target.removeprefix("http://"), timeout=10)
    headers = {"authorization": f"Bearer {KEY}", "x-request-id": call.id, **call.headers}
    started, reading, cut = now(), Reading(), None
    connection.request("POST", call.path, json.dumps(call.body()), headers)
    response = connection.getresponse()
    first = now()
    try:
        feed = reading.feed if call.stream and response.status == 200 else reading.whole
        feed(response.read())
    except http.client.HTTPException as error:
        cut = type(error).__name__
    connection.close()
    reply = reading.told(response.status, {name.lower(): value for name, value in response.getheaders()}, cut)
    return Record(call=call, times=Times(intended=due, started=started, first_byte=first, ended=now()), reply=reply)


def play(lab: Any, **changes: Any) -> Report:
    fields = {"run": "matrix", "target": lab.url, "users": 16, "stream_share": 0.5, **changes}
    plan, now = Plan(**fields), anchored()
    asked = probe(plan, KEY, now) if SCENARIOS[plan.scenario].probes else None
    dues = [now() + due for due in ARRIVALS["constant"](plan.rate, plan.duration)]
    calls = [SCENARIOS[plan.scenario].call(plan, index) for index in range(len(dues))]
    with ThreadPoolExecutor(plan.users) as pool:
        records = tuple(pool.map(lambda pair: send(plan, *pair, now), zip(calls, dues, strict=True)))
    ledger = Ledger(plan=plan, records=records, probe=asked, end=End(claimed=len(records)))
    return judge(gather(ledger, map(fetch, lab.simulators)))


def red(report: Report) -> list[str]:
    return [row.name for row in report.rows if row.verdict.outcome == "FAIL"]


def open_questions(report: Report) -> list[str]:
    # The schedule is the machine's business: what a busy one leaves open is no failure of a verdict.
    return [row.name for row in report.rows if row.verdict.outcome == "INCONCLUSIVE" and row.name != "schedule"]


ROUTING = {"scenario": "routing", "rate": 400.0, "duration": 0.3}
LIMITED = {"scenario": "ratelimit", "rate": 120.0, "duration": 0.8, "window": 0.5, "stream_share": 0.0}


@pytest.mark.parametrize(
    ("defect", "verdict"),
    [
        ("misroute", "routes"),
        ("wrong-name", "agreement"),
        ("crosstalk", "agreement"),
        ("duplicate", "once"),
        ("cut-stream", "integrity"),
    ],
)
def test_a_routing_defect_turns_exactly_its_verdict_red(
    laboratory: Callable[..., Any], defect: str, verdict: str
) -> None:
    """And leaves no other question open."""
    report = play(laboratory(defect=defect), **ROUTING)
    assert ([verdict], []) == (red(report), open_questions(report))


@pytest.mark.parametrize("defect", [None, "strips-ids"])
def test_a_gateway_that_routes_well_is_not_accused(laboratory: Callable[..., Any], defect: str) -> None:
    """Not even one that drops request headers: the canary finds its way."""
    report = play(laboratory(defect=defect), **ROUTING)
    assert ([], []) == (red(report), open_questions(report))


@pytest.mark.parametrize(
    ("defect", "verdict"),
    [
        ("over-admit", "envelope"),
        ("fixed-window", "envelope"),
        ("under-admit", "admission"),
        ("no-retry-after", "promise"),
        ("negative", "headers"),
        ("leaky-refusal", "refusal"),
    ],
)
def test_a_limiter_defect_turns_exactly_its_verdict_red(
    laboratory: Callable[..., Any], defect: str, verdict: str
) -> None:
    """And leaves no other question open."""
    report = play(laboratory(defect=defect, limit=20, window=0.5), **LIMITED)
    assert ([verdict], []) == (red(report), open_questions(report))


def test_a_lying_retry_after_turns_the_promise_red(laboratory: Callable[..., Any]) -> None:
    """It always says one second, and the window is a minute."""
    report = play(laboratory(defect="lying-retry-after", limit=20), **{**LIMITED, "window": 60.0, "duration": 1.5})
    assert (["promise"], []) == (red(report), open_questions(report))


def test_a_limiter_that_limits_well_is_not_accused(laboratory: Callable[..., Any]) -> None:
    """An exact sliding log passes everything."""
    report = play(laboratory(limit=20, window=0.5), **LIMITED)
    assert ([], []) == (red(report), open_questions(report))
