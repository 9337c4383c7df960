"""Short answers that are not streamed, at 32 connections: requests per second and CPU per request.

The candidates take turns in short rounds (A B C A B C …), so that a noisy minute hits all of them.
"""

from collections import defaultdict
from contextlib import ExitStack
from typing import Final, NamedTuple

from benchmarks.bench import Bench
from benchmarks.loads.wrk import wrk
from benchmarks.machine import UnavailableError
from benchmarks.measure import Server
from benchmarks.peers import CHAT
from benchmarks.peers.peer import Peer
from benchmarks.progress import told
from benchmarks.sample import Sample, Table, Target, ratio, sample

RATE: Final = "requests/s"
CPU: Final = "CPU µs/request"
MEMORY: Final = "resident MB"
LIMIT: Final = "nginx, static"
DISTINCT: Final = ", no request twice"
WARM: Final = 1


class Entrant(NamedTuple):
    """A candidate that serves."""

    label: str
    peer: Peer
    server: Server
    distinct: bool


def row(bench: Bench) -> Table:
    figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    absent: dict[str, str] = {}
    with ExitStack() as stack:
        entrants = _entrants(bench, stack, absent)
        for number in range(-1, bench.rounds):
            told(f"  chat: {'warming up' if number < 0 else f'round {number + 1} of {bench.rounds}'}")
            for entrant in entrants:
                if entrant.label not in absent:
                    _round(bench, entrant, number, figures[entrant.label], absent)
    measured = {
        label: {column: sample(values) for column, values in columns.items()}
        for label, columns in figures.items()
        if label not in absent and columns
    }
    return Table(
        name="chat",
        title="A short chat, not streamed, 32 connections, everything on",
        columns=(RATE, CPU, MEMORY),
        measured=measured,
        absent=absent,
        targets=targets(measured),
    )


def targets(measured: dict[str, dict[str, Sample]]) -> tuple[Target, ...]:
    return (
        Target(
            text="CPU per request, times nginx's",
            sense="at most",
            bound=6,
            value=ratio(measured, CPU, "novastack", LIMIT),
            unit="x",
        ),
        Target(
            text="requests per second, times aimock's",
            sense="at least",
            bound=3,
            value=ratio(measured, RATE, "novastack", "aimock"),
            unit="x",
        ),
    )


def _entrants(bench: Bench, stack: ExitStack, absent: dict[str, str]) -> list[Entrant]:
    entrants = []
    for peer in CHAT.values():
        if bench.only and peer.name not in (*bench.only, "novastack"):
            continue
        told(f"  chat: starting {peer.name}")
        try:
            server = stack.enter_context(bench.serving(peer))
        except UnavailableError as why:
            absent[peer.name] = str(why)
            continue
        entrants.append(Entrant(peer.name, peer, server, distinct=False))
        if peer.name == "novastack":
            entrants.append(Entrant(peer.name + DISTINCT, peer, server, distinct=True))
    return entrants


def _round(
    bench: Bench, entrant: Entrant, number: int, columns: dict[str, list[float]], absent: dict[str, str]
) -> None:
    label, peer, server, distinct = entrant
    before = server.cpu
    seconds = WARM if number < 0 else bench.seconds
    try:
        done = wrk(peer, server.port, bench.own(peer.name), seconds=seconds, distinct=distinct, mark=f"r{number}")
    except UnavailableError as why:
        absent[label] = str(why)
        return
    if number >= 0:
        columns[RATE].append(done.requests / done.seconds)
        columns[CPU].append((server.cpu - before) / done.requests * 1e6)
        columns[MEMORY].append(server.resident / 1e6)
