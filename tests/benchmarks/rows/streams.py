"""A thousand streams of fifty events per second, made on one core: punctuality, CPU per event, memory per stream."""

from typing import Final

from benchmarks.bench import Bench
from benchmarks.loads.streams import Crowd, Size, Stream, crowd
from benchmarks.machine import UnavailableError, punctual
from benchmarks.measure import Server, rest
from benchmarks.peers import novastack, wheel
from benchmarks.peers.peer import Peer
from benchmarks.progress import told
from benchmarks.punctuality import Plan, Punctuality, punctuality
from benchmarks.sample import Sample, Table, Target, ratio, samples

PLAN: Final = Plan(novastack.FIRST, novastack.GAP, novastack.TOKENS)
RAMP: Final = 2.0
LOOK: Final = 0.5
CPU: Final = "CPU µs/event"
MEMORY: Final = "KB/stream"
WHOLE: Final = "whole streams %"
LATE, GAP, DURATION = "lateness p99 ms", "gap error p99 ms", "duration error p99 %"
COLUMNS: Final = ("lateness p50 ms", LATE, "lateness max ms", GAP, DURATION, CPU, MEMORY, WHOLE)
OURS: Final = "novastack, no request twice"
SAME: Final = "novastack, one request repeated"
WHICH: Final = {SAME: "repeated", OURS: "all different"}
QUIET: Final = 2.0
LIMIT: Final = wheel.PEER.name
ENTRANTS: Final = ((LIMIT, wheel.PEER, True), (SAME, novastack.PACED, False), (OURS, novastack.PACED, True))
ROUNDS: Final = 2


def row(bench: Bench) -> Table:
    rounds: dict[str, list[dict[str, float]]] = {label: [] for label, _, _ in ENTRANTS}
    absent: dict[str, str] = {}
    for number in range(ROUNDS):
        for label, peer, distinct in ENTRANTS:
            told(f"  streams: round {number + 1} of {ROUNDS}, {label}")
            try:
                rounds[label].append(figures(*observed(bench, peer, label, bench.streams, distinct=distinct)))
            except UnavailableError as why:
                absent[label] = str(why)
    measured = {label: samples(seen) for label, seen in rounds.items() if seen}
    return Table(
        name="streams",
        title=f"{bench.streams} streams of {1 / PLAN.gap:.0f} events/s for {PLAN.duration:.0f} s, one core",
        columns=COLUMNS,
        measured=measured,
        absent=absent,
        targets=targets(measured),
        remarks=(noise(measured),),
    )


def observed(
    bench: Bench, peer: Peer, label: str, streams: int, *, distinct: bool
) -> tuple[tuple[Stream, ...], float, float]:
    """What the clients saw, the CPU seconds that the server spent, and its bytes per stream at the most."""
    with bench.serving(peer, label, punctual) as server:
        _warm(bench, peer, server, label)
        idle, before = server.resident, server.cpu
        running = start(bench, peer, server, label, streams, distinct=distinct)
        most = _watched(server, running)
        return running.done(), server.cpu - before, (most - idle) / streams


def start(bench: Bench, peer: Peer, server: Server, label: str, streams: int, *, distinct: bool) -> Crowd:
    size = Size(streams=streams, ramp=RAMP, patience=RAMP + 3 * PLAN.duration + 10, distinct=distinct)
    return crowd(peer, server.port, bench.own(label), size)


def _warm(bench: Bench, peer: Peer, server: Server, label: str) -> None:
    """One stream first, so that what is built once is not counted as a stream's."""
    size = Size(streams=1, ramp=0.0, patience=30, distinct=False)
    crowd(peer, server.port, bench.own(f"{label} warm"), size).done()


def _watched(server: Server, running: Crowd) -> int:
    most = 0
    while running.process.poll() is None:
        most = max(most, server.resident)
        rest(LOOK)
    return most


def figures(streams: tuple[Stream, ...], cpu: float, memory: float) -> dict[str, float]:
    seen: Punctuality = punctuality(streams, PLAN)
    return {
        "lateness p50 ms": seen.lateness_p50,
        LATE: seen.lateness_p99,
        "lateness max ms": seen.lateness_max,
        GAP: seen.gap_error_p99,
        DURATION: seen.duration_error_p99,
        CPU: cpu / max(seen.events, 1) * 1e6,
        MEMORY: memory / 1e3,
        WHOLE: 100 * seen.whole / seen.streams,
    }


def targets(measured: dict[str, dict[str, Sample]]) -> tuple[Target, ...]:
    """Those of the issue, for one request repeated (which may be pre-rendered) and for a thousand that all differ."""
    return tuple(target for label in (SAME, OURS) for target in _targets(measured, label))


def _targets(measured: dict[str, dict[str, Sample]], label: str) -> tuple[Target, ...]:
    ours, which = measured.get(label, {}), WHICH[label]

    def at_most(text: str, column: str, bound: float, unit: str) -> Target:
        found = ours.get(column)
        value = found.value if found else None
        return Target(text=f"{which}: {text}", sense="at most", bound=bound, value=value, unit=unit)

    times = ratio(measured, CPU, label, LIMIT)
    return (
        at_most("lateness p99 against the plan", LATE, 5, "ms"),
        at_most("gap error p99", GAP, 3, "ms"),
        at_most("duration error p99", DURATION, 0.5, "%"),
        Target(text=f"{which}: CPU per event, times the C wheel's", sense="at most", bound=2.5, value=times, unit="x"),
        at_most("memory per stream", MEMORY, 20, "KB"),
    )


def noise(measured: dict[str, dict[str, Sample]]) -> str:
    """The C wheel has nothing to do but be on time: when it is late the machine was busy with something else."""
    found = measured.get(LIMIT, {}).get(LATE)
    if found is None:
        return "the C wheel was not measured: nothing says how quiet the machine was"
    quiet = (
        "the machine was quiet" if found.value <= QUIET else "the machine was busy with other things, so all were late"
    )
    return f"the C wheel's own lateness p99 was {found.value:.1f} ms: {quiet}"
