"""More streams than one core can make: every stream should be late alike, and /_sim/selfcheck should say so."""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from benchmarks.bench import Bench, told
from benchmarks.loads.streams import Stream
from benchmarks.machine import UnavailableError
from benchmarks.measure import Server, rest
from benchmarks.peers import novastack, wheel
from benchmarks.punctuality import Punctuality, punctuality
from benchmarks.rows.streams import PLAN, start
from benchmarks.sample import Table, Target, sample

COLUMNS: Final = (
    "mean lateness of a stream p1 ms", "p50 ms", "p99 ms", "p99 ÷ p50", "lateness max ms", "CPU µs/event", "whole streams %",
)  # fmt: skip
EVEN: Final = "p99 ÷ p50"
LOOK: Final = 0.5
PATIENCE: Final = 30.0


def row(bench: Bench) -> Table:
    measured, absent, remarks = {}, {}, []
    for peer in (wheel.PEER, novastack.PACED):
        told(f"overload: {bench.overload} streams, {peer.name}")
        try:
            with bench.serving(peer, f"{peer.name} overload") as server:
                before = server.cpu
                streams = _run(bench, server, f"{peer.name} overload")
                cpu = server.cpu - before
                if peer is novastack.PACED:
                    remarks.append(selfcheck(server))
        except UnavailableError as why:
            absent[peer.name] = str(why)
            continue
        measured[peer.name] = {name: sample([value]) for name, value in figures(streams, cpu).items()}
    ours = measured.get("novastack", {}).get(EVEN)
    even = Target(
        text="mean lateness of the latest streams, times the middle stream's",
        sense="at most",
        bound=1.5,
        value=ours.value if ours else None,
        unit="×",
    )
    return Table(
        name="overload",
        title=f"Overload: {bench.overload} streams × {1 / PLAN.gap:.0f} events/s asked of one core",
        columns=COLUMNS,
        measured=measured,
        absent=absent,
        targets=(even,),
        remarks=tuple(remarks),
    )


def _run(bench: Bench, server: Server, label: str) -> tuple[Stream, ...]:
    peer = novastack.PACED
    running = start(bench, peer, server, label, bench.overload, distinct=True)
    while running.process.poll() is None:
        rest(LOOK)
    return running.done()


def figures(streams: tuple[Stream, ...], cpu: float) -> Mapping[str, float]:
    seen: Punctuality = punctuality(streams, PLAN)
    values = (
        seen.mean_p1,
        seen.mean_p50,
        seen.mean_p99,
        seen.mean_p99 / seen.mean_p50,
        seen.lateness_max,
        cpu / max(seen.events, 1) * 1e6,
        100 * seen.whole / seen.streams,
    )
    return dict(zip(COLUMNS, values, strict=True))


def selfcheck(server: Server) -> str:
    """What the simulator says of its own lateness."""
    try:
        answer = httpx.get(f"http://127.0.0.1:{server.port}/_sim/selfcheck", timeout=PATIENCE)
    except httpx.HTTPError as error:
        return f"/_sim/selfcheck did not answer within {PATIENCE:.0f} s: {type(error).__name__}"
    if answer.status_code != 200:
        return f"/_sim/selfcheck answered {answer.status_code}: it said nothing of its lateness"
    said: dict[str, Any] = answer.json()
    return f"/_sim/selfcheck said {said}"
