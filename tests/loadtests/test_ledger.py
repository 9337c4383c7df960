"""The ledger on disk."""

from pathlib import Path
from typing import Any

import pytest

from novastack_loadtests.call import PROBE
from novastack_loadtests.ledger import End, LedgerError, Line, encode, read


def write(path: Path, *lines: Line) -> Any:
    path.write_bytes(b"".join(map(encode, lines)))
    return path


def test_a_ledger_is_read_back_as_it_was_written(desk: Any, tmp_path: Path) -> None:
    """Plan, probe, records and the last line each find their place."""
    plan, probe, record, end = desk.plan(), desk.record(PROBE, at=0), desk.record(0), End(claimed=1)
    ledger = read(write(tmp_path / "l", plan, probe, record, end))
    assert (plan, probe, (record,), end) == (ledger.plan, ledger.probe, ledger.records, ledger.end)


def test_a_line_cut_by_the_end_of_the_process_is_left_out(desk: Any, tmp_path: Path) -> None:
    """What was written whole before it still counts."""
    path = write(tmp_path / "l", desk.plan(), desk.record(0))
    path.write_bytes(path.read_bytes() + b'{"line":"rec')
    assert 1 == len(read(path).records)


def test_a_broken_line_is_named(desk: Any, tmp_path: Path) -> None:
    """The error says which line."""
    path = write(tmp_path / "l", desk.plan())
    path.write_bytes(path.read_bytes() + b"nonsense\n")
    with pytest.raises(LedgerError, match="l, line 2: "):
        read(path)


def test_a_file_without_a_plan_is_no_ledger(tmp_path: Path) -> None:
    """The error asks what the file is."""
    with pytest.raises(LedgerError, match="no plan in its first line"):
        read(write(tmp_path / "l", End(claimed=0)))
