"""The journal's file: a line for each entry that ended, and no trouble for whoever answers."""

import json
import os
from pathlib import Path

import pytest

from novastack_simulators.journal import File, Journal, Keeping
from novastack_simulators.journal import file as module


def answer(journal: Journal, *paths: str) -> None:
    for path in paths:
        journal.close(journal.open("GET", path, (), now=0.0))


def paths(path: Path) -> list[str]:
    return [json.loads(line)["path"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_entry_that_ended_is_a_line(tmp_path: Path) -> None:
    """After a flush; one that is under way is not there, and what was forgotten still is."""
    told: list[str] = []
    file = File(tmp_path / "journal.ndjson", told.append)
    journal = Journal("u", Keeping(capacity=1), file)
    answer(journal, "/a", "/b")
    journal.open("GET", "/c", (), now=0.0)
    journal.clear()
    assert not (tmp_path / "journal.ndjson").exists()
    journal.flush()
    assert (["/a", "/b"], []) == (paths(tmp_path / "journal.ndjson"), told)
    file.close()


def test_it_is_added_to_and_shared(tmp_path: Path) -> None:
    """What stood there stays, and several journals write to one."""
    path = tmp_path / "journal.ndjson"
    path.write_text('{"path": "/old"}\n', encoding="utf-8")
    file = File(path, print)
    for name in ("u", "v"):
        answer(Journal(name, file=file), f"/{name}")
    file.close()
    assert ["/old", "/u", "/v"] == paths(path)


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """There are prompts in it."""
    file = File(tmp_path / "journal.ndjson", print)
    answer(Journal("u", file=file), "/a")
    file.close()
    assert 0o600 == (tmp_path / "journal.ndjson").stat().st_mode & 0o777


def test_much_is_written_before_anybody_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits is bounded."""
    monkeypatch.setattr(module, "ENOUGH", 1000)
    file = File(tmp_path / "journal.ndjson", print)
    answer(Journal("u", file=file), "/a", "/b", "/c", "/d")
    assert paths(tmp_path / "journal.ndjson")
    file.close()


def test_what_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    """And answered all the same; once there is a place, what comes is written."""
    told: list[str] = []
    folder = tmp_path / "nowhere"
    file = File(folder / "journal.ndjson", told.append)
    journal = Journal("u", file=file)
    for path in ("/a", "/b"):
        answer(journal, path)
        journal.flush()
    expected = f"journal file {folder / 'journal.ndjson'}: No such file or directory; entries are missing from it"
    assert ([expected], 2) == (told, file.missing)
    folder.mkdir()
    answer(journal, "/c")
    file.close()
    assert ["/c"] == paths(folder / "journal.ndjson")


def test_a_line_that_broke_off_does_not_spoil_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a disk that is full for a while."""
    told: list[str] = []
    file = File(tmp_path / "journal.ndjson", told.append)
    journal = Journal("u", file=file)
    write, room = os.write, [20]

    def full(number: int, data: memoryview) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        part, room[0] = room[0], 0
        return write(number, data[:part])

    monkeypatch.setattr(os, "write", full)
    answer(journal, "/a")
    journal.flush()
    monkeypatch.undo()
    answer(journal, "/b")
    file.close()
    torn, whole = (tmp_path / "journal.ndjson").read_text(encoding="utf-8").splitlines()
    assert (20, "/b", 1) == (len(torn), json.loads(whole)["path"], len(told))


def test_a_pipe_that_nobody_reads_holds_nobody_up(tmp_path: Path) -> None:
    """It is told like any other trouble."""
    told: list[str] = []
    os.mkfifo(tmp_path / "pipe")
    file = File(tmp_path / "pipe", told.append)
    answer(Journal("u", file=file), "/a")
    file.flush()
    assert 1 == len(told)
