"""Reading the configuration again: on a signal, when the file changes, and never one that cannot be used."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.fleet import FleetError
from novastack_simulators.renewal import BEAT, Renewal


class Loop:
    """Keeps what is to be called; the test decides when."""

    def __init__(self) -> None:
        self.signals: dict[int, tuple[Any, ...]] = {}
        self.later: list[tuple[float, tuple[Any, ...]]] = []

    def add_signal_handler(self, number: int, *call: Any) -> None:
        self.signals[number] = call

    def call_later(self, seconds: float, *call: Any) -> None:
        self.later.append((seconds, call))

    def turn(self) -> None:
        """What was to be called later is called now."""
        waiting, self.later = self.later, []
        for _, (callback, *given) in waiting:
            callback(*given)


class Deaf(Loop):
    """As on Windows."""

    def add_signal_handler(self, number: int, *call: Any) -> None:
        raise NotImplementedError


class Fleet:
    """Takes a configuration, or does not."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.taken: list[SimulatorsConfig] = []

    def reload(self, config: SimulatorsConfig) -> None:
        if self.error is not None:
            raise self.error
        self.taken.append(config)


CONFIG = SimulatorsConfig(seed=5)


def watched(fleet: Any, file: Path | None = None, read: Callable[[], SimulatorsConfig] = lambda: CONFIG) -> Any:
    loop: Any = Loop()
    Renewal(read, file).watch(loop, fleet)
    return loop


def written(file: Path, time: int) -> Path:
    """The file, as if it had been written at that time."""
    file.write_text("x", encoding="utf-8")
    os.utime(file, ns=(time, time))
    return file


def test_a_signal_reads_it_again(caplog: pytest.LogCaptureFixture) -> None:
    """And says so."""
    fleet = Fleet()
    callback, *given = watched(fleet).signals[signal.SIGHUP]
    callback(*given)
    assert ([CONFIG], ["the configuration was read again"]) == (fleet.taken, caplog.messages)


def test_without_a_file_to_watch_nothing_is_looked_at() -> None:
    """The signal is enough."""
    assert [] == watched(Fleet()).later


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    """Once for each change, and looked at again and again."""
    file, fleet = written(tmp_path / "n.yaml", 1), Fleet()
    loop = watched(fleet, file)
    counts = []
    for time in (1, 2, 2, 3):
        written(file, time)
        loop.turn()
        counts.append(len(fleet.taken))
    assert [0, 1, 1, 2] == counts
    assert [BEAT] == [seconds for seconds, _ in loop.later]


def test_a_file_that_is_away_for_a_moment_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Editors put a new one in its place."""
    file, fleet = written(tmp_path / "n.yaml", 1), Fleet()
    loop = watched(fleet, file)
    file.unlink()
    loop.turn()
    assert ([], []) == (fleet.taken, caplog.messages)
    written(file, 2)
    loop.turn()
    assert [CONFIG] == fleet.taken


@pytest.mark.parametrize("error", [FleetError("`host` cannot change"), ValueError("n.yaml:3: speed: …")])
def test_one_that_cannot_be_taken_is_told(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """With the reason; the next one may do better."""
    fleet = Fleet(error)
    loop = watched(fleet)
    callback, *given = loop.signals[signal.SIGHUP]
    callback(*given)
    assert [f"the configuration stays as it was: {error}"] == caplog.messages
    fleet.error = None
    callback(*given)
    assert [CONFIG] == fleet.taken


def test_one_that_cannot_be_read_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And the file is looked at again."""

    def read() -> SimulatorsConfig:
        raise ValueError("n.yaml:1: not YAML")

    file, fleet = written(tmp_path / "n.yaml", 1), Fleet()
    loop = watched(fleet, file, read)
    written(file, 2)
    loop.turn()
    assert ([], ["the configuration stays as it was: n.yaml:1: not YAML"]) == (fleet.taken, caplog.messages)
    assert 1 == len(loop.later)


def test_a_failure_of_ours_does_not_end_the_watch(tmp_path: Path) -> None:
    """It is the loop's to report, and the next change is seen."""
    file, fleet = written(tmp_path / "n.yaml", 1), Fleet(RuntimeError("broken"))
    loop = watched(fleet, file)
    written(file, 2)
    with pytest.raises(RuntimeError, match="broken"):
        loop.turn()
    assert 1 == len(loop.later)


def test_where_there_are_no_signals_the_file_is_enough(tmp_path: Path) -> None:
    """As on Windows."""
    loop: Any = Deaf()
    Renewal(lambda: CONFIG, written(tmp_path / "n.yaml", 1)).watch(loop, Fleet())  # type: ignore[arg-type]  # a fake
    assert 1 == len(loop.later)
