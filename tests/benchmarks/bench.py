"""What a row is given: how long to measure, which candidates, and a folder to write in."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from benchmarks.machine import SERVER_CORE, pinned
from benchmarks.measure import Server, free_port, serving
from benchmarks.peers.peer import Peer

Bound = Callable[[int, Sequence[str]], list[str]]


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """`only` names the candidates to measure beside ours; empty: all."""

    folder: Path
    rounds: int
    seconds: int
    streams: int
    overload: int
    only: tuple[str, ...] = ()

    def own(self, name: str) -> Path:
        """A folder for one server."""
        folder = self.folder / name.replace(" ", "-").replace(",", "")
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @contextlib.contextmanager
    def serving(self, peer: Peer, label: str = "", bound: Bound = pinned) -> Iterator[Server]:
        """The peer on the server's core. Raises UnavailableError."""
        folder, port = self.own(label or peer.name), free_port()
        start = peer.prepare(folder, port)
        with serving(bound(SERVER_CORE, start.command), port, folder, start.environment) as server:
            yield server
