"""`make bench`: measures the rows side by side, prints them, and writes docs/benchmarks.md, last.json and a plot."""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from benchmarks import plot, report
from benchmarks.bench import Bench
from benchmarks.machine import allow_many_files, busy, machine
from benchmarks.progress import told
from benchmarks.rows import ROWS
from benchmarks.sample import Table

ROOT: Final = Path(__file__).parents[2]
DOCUMENT: Final = ROOT / "docs" / "benchmarks.md"
FOLDER: Final = ROOT / "docs" / "benchmarks"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", help=f"which rows; without any, all: {', '.join(ROWS)}")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the chat row (default: 5)")
    parser.add_argument("--seconds", type=int, default=3, help="seconds of a round of the chat row (default: 3)")
    parser.add_argument("--streams", type=int, default=1000, help="how many streams (default: 1000)")
    parser.add_argument("--overload", type=int, default=3000, help="how many are too many (default: 3000)")
    parser.add_argument("--only", action="append", default=[], metavar="PEER", help="beside ours; repeat for each")
    parser.add_argument("--dry", action="store_true", help="print, and write nothing")
    given = parser.parse_args()
    if unknown := sorted(set(given.rows) - set(ROWS)):
        parser.error(f"unknown row {', '.join(unknown)}: known are {', '.join(ROWS)}")
    return given


def main() -> int:
    given = arguments()
    allow_many_files()
    with tempfile.TemporaryDirectory(prefix="novastack-bench-") as folder:
        bench = Bench(
            folder=Path(folder),
            rounds=given.rounds,
            seconds=given.seconds,
            streams=given.streams,
            overload=given.overload,
            only=tuple(given.only),
        )
        tables = [_row(bench, name) for name in given.rows or ROWS]
    if not given.dry:
        _keep(report.Report(machine=machine(), tables=report.merged(_earlier(), tables)))
    return 0


def _row(bench: Bench, name: str) -> Table:
    taken, load = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), busy()
    table = msgspec.structs.replace(ROWS[name](bench), taken=taken, load=load)
    told(f"\n{report.markdown(table)}\n")
    return table


def _earlier() -> report.Report | None:
    file = FOLDER / "last.json"
    return msgspec.json.decode(file.read_bytes(), type=report.Report) if file.exists() else None


def _keep(run: report.Report) -> None:
    report.write(run, FOLDER, DOCUMENT)
    told(plot.plot(run, FOLDER / "last.svg"))


if __name__ == "__main__":
    sys.exit(main())
