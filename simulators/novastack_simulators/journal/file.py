"""The journal's file: a line of JSON for each entry that has ended, in the order of the ends. It never breaks an answer.

Lines wait in memory until `flush`, or until there are many. What cannot be written is told once and left out.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from novastack_simulators.journal.entry import Entry
from novastack_simulators.journal.line import line

ENOUGH: Final = 1024 * 1024
# A pipe that nobody reads must not hold anybody up; Windows knows neither word.
FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class File:
    """Several journals may write to one; `tell` gets the one sentence about what went wrong."""

    def __init__(self, path: Path, tell: Callable[[str], object]) -> None:
        self._path = path
        self._tell = tell
        self._told = False
        self._lines: list[bytes] = []
        self._size = 0
        self._number: int | None = None
        self._torn = False
        self.missing = 0

    def add(self, entry: Entry) -> None:
        text = line(entry)
        self._lines.append(text)
        self._size += len(text)
        if self._size >= ENOUGH:
            self.flush()

    def flush(self) -> None:
        """Writes what waits."""
        if not self._lines:
            return
        lines, self._lines, self._size = self._lines, [], 0
        try:
            self._write((b"\n" if self._torn else b"") + b"\n".join(lines) + b"\n")
        except OSError as error:
            self.missing += len(lines)
            if not self._told:
                self._told = True
                reason = error.strerror or str(error)
                self._tell(f"journal file {self._path}: {reason}; entries are missing from it")

    def close(self) -> None:
        self.flush()
        if self._number is not None:
            os.close(self._number)
            self._number = None

    def _write(self, data: bytes) -> None:
        if self._number is None:
            # Prompts are for their owner only.
            self._number = os.open(self._path, FLAGS, 0o600)
        left = memoryview(data)
        while left:
            # Whatever fails in the middle of a line, the next one starts a line of its own.
            written = os.write(self._number, left)
            left = left[written:]
            self._torn = bool(left)
