"""From nothing to the first answer, the memory of a server that has nothing to do, and the pytest fixture."""

import http.client
import json
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from benchmarks.bench import Bench
from benchmarks.machine import UnavailableError
from benchmarks.measure import PATIENCE, Server, free_port, rest, serving
from benchmarks.peers import aimock, llmock, novastack
from benchmarks.peers.peer import Peer
from benchmarks.progress import told
from benchmarks.rows.fixture import fixture_ready
from benchmarks.sample import Sample, Table, Target, sample

FIRST: Final = "first answer s"
MEMORY: Final = "resident MB, idle"
ROUNDS: Final = 5
SETTLE: Final = 0.5


def row(bench: Bench) -> Table:
    figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    absent: dict[str, str] = {}
    for number in range(-1, ROUNDS):
        told(f"  start: {'warming up' if number < 0 else f'round {number + 1} of {ROUNDS}'}")
        for peer in (novastack.THREE, aimock.PEER, llmock.PEER):
            _tried(bench, peer, figures[peer.name] if number >= 0 else defaultdict(list), absent)
    measured = {
        label: {column: sample(values) for column, values in columns.items()}
        for label, columns in figures.items()
        if label not in absent
    }
    ready, remark = fixture_ready(bench.own("fixture"))
    return Table(
        name="start",
        title="From the start of the process to the first answer, and idle memory after it",
        columns=(FIRST, MEMORY),
        measured=measured,
        absent=absent,
        targets=targets(measured.get("novastack", {}), ready),
        remarks=(remark,),
    )


def targets(ours: Mapping[str, Sample], ready: float | None) -> tuple[Target, ...]:
    def at_most(text: str, bound: float, value: float | None, unit: str) -> Target:
        return Target(text=text, sense="at most", bound=bound, value=value, unit=unit)

    return (
        at_most("process start to first answer", 0.6, ours[FIRST].value if ours else None, "s"),
        at_most("resident memory, idle, three upstreams", 90, ours[MEMORY].value if ours else None, "MB"),
        at_most("pytest fixture ready, after the first", 0.3, ready, "s"),
    )


def _tried(bench: Bench, peer: Peer, columns: dict[str, list[float]], absent: dict[str, str]) -> None:
    if peer.name in absent:
        return
    try:
        _round(bench, peer, columns)
    except UnavailableError as why:
        absent[peer.name] = str(why)


def _round(bench: Bench, peer: Peer, columns: dict[str, list[float]]) -> None:
    folder, port = bench.own(f"{peer.name} start"), free_port()
    start = peer.prepare(folder, port)
    began = time.monotonic()
    with serving(start.command, port, folder, start.environment) as server:
        _answered(peer, server)
        columns[FIRST].append(time.monotonic() - began)
        rest(SETTLE)
        columns[MEMORY].append(server.resident / 1e6)


def _answered(peer: Peer, server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    body = json.dumps({"model": peer.model, "messages": [{"role": "user", "content": "hello"}]})
    head = {"content-type": "application/json", "authorization": f"Bearer {peer.key}"}
    try:
        connection.request("POST", peer.path, body, head)
        answer = connection.getresponse()
        answer.read()
    except OSError as error:
        raise UnavailableError(f"{peer.name} gave no first answer: {error}") from None
    finally:
        connection.close()
    if answer.status != 200:
        raise UnavailableError(f"{peer.name} answered its first request with {answer.status}")
