"""The journal's file is written to while nobody waits for it."""

import json
from pathlib import Path
from typing import Any

from novastack_simulators.flusher import FLUSH, Flusher
from novastack_simulators.journal import File, Journal


class Handle:
    def __init__(self, call: Any) -> None:
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """Keeps what is to be called later."""

    def __init__(self) -> None:
        self.handles: list[tuple[float, Handle]] = []

    def call_later(self, seconds: float, call: Any) -> Handle:
        handle = Handle(call)
        self.handles.append((seconds, handle))
        return handle


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def test_what_waits_is_written_at_every_beat(tmp_path: Path) -> None:
    """And not before: an answer does not wait for a disk."""
    loop: Any = Loop()
    path = tmp_path / "journal.ndjson"
    file = File(path, lambda text: None)
    Flusher(file, loop)
    journal = Journal("it", file=file)
    counts = []
    for number in range(3):
        journal.close(journal.open("GET", "/", (), now=float(number)))
        counts.append(len(lines(path)))
        loop.handles[-1][1].call()
        counts.append(len(lines(path)))
    assert [0, 1, 1, 2, 2, 3] == counts
    assert [FLUSH] * 4 == [seconds for seconds, _ in loop.handles]
    file.close()


def test_after_the_stop_nothing_is_called(tmp_path: Path) -> None:
    """The last call that waits is cancelled."""
    loop: Any = Loop()
    flusher = Flusher(File(tmp_path / "journal.ndjson", lambda text: None), loop)
    loop.handles[-1][1].call()
    flusher.stop()
    assert [False, True] == [handle.cancelled for _, handle in loop.handles]
