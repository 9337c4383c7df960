"""More streams than one core can make: every stream should be late alike, and /_sim/selfcheck should say so."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx

from benchmarks.bench import Bench
from benchmarks.loads.streams import Stream
from benchmarks.machine import UnavailableError
from benchmarks.measure import Server
from benchmarks.peers import novastack, wheel
from benchmarks.peers.peer import Peer
from benchmarks.progress import told
from benchmarks.punctuality import evenness
from benchmarks.rows.streams import PLAN, start
from benchmarks.sample import Sample, Table, Target, samples

MIDDLE, EVEN, WHOLE = "stream p50 ms", "stream p99 / p50", "whole streams %"
COLUMNS: Final = ("stream p1 ms", MIDDLE, "stream p99 ms", EVEN, "CPU µs/event", "streams that spoke %", WHOLE)
PATIENCE: Final = 30.0


def row(bench: Bench) -> Table:
    measured, absent, remarks = {}, {}, ["stream: the mean lateness of a stream; percentiles are over the streams"]
    for peer in (wheel.PEER, novastack.PACED):
        label = f"{peer.name} overload"
        told(f"  overload: {bench.overload} streams, {peer.name}")
        try:
            with bench.serving(peer, label) as server:
                measured[peer.name] = samples([_overloaded(bench, peer, server, label)])
                if peer is novastack.PACED:
                    remarks.append(selfcheck(server))
        except UnavailableError as why:
            absent[peer.name] = str(why)
    return Table(
        name="overload",
        title=f"Overload: {bench.overload} streams of {1 / PLAN.gap:.0f} events/s asked of one core",
        columns=COLUMNS,
        measured=measured,
        absent=absent,
        targets=(target(measured),),
        remarks=tuple(remarks),
    )


def target(measured: Mapping[str, Mapping[str, Sample]]) -> Target:
    found = measured.get(novastack.PACED.name, {}).get(EVEN)
    text = "mean lateness of the latest streams, times the middle stream's"
    return Target(text=text, sense="at most", bound=1.5, value=found.value if found else None, unit="x")


def _overloaded(bench: Bench, peer: Peer, server: Server, label: str) -> Mapping[str, float]:
    before = server.cpu
    running = start(bench, peer, server, label, bench.overload, distinct=False)
    streams = running.done()
    return figures(streams, server.cpu - before)


def figures(streams: Sequence[Stream], cpu: float) -> Mapping[str, float]:
    seen = evenness(streams, PLAN)
    events, whole = sum(stream.events for stream in streams), sum(stream.whole for stream in streams)
    return {
        "stream p1 ms": seen.p1,
        MIDDLE: seen.p50,
        "stream p99 ms": seen.p99,
        EVEN: seen.p99 / seen.p50,
        "CPU µs/event": cpu / max(events, 1) * 1e6,
        "streams that spoke %": 100 * seen.spoke / len(streams),
        WHOLE: 100 * whole / len(streams),
    }


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
