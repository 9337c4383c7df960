"""Child processes of the front door: started, heard until they are ready, watched, and stopped by their id."""

import contextlib
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import IO, Final

from novastack.failure import FailureError

READY: Final = 20.0
"""Seconds that a child may take to say that it is ready."""
_GRACE: Final = 12.0
_LAST_LINES: Final = 8


class Child:
    """One `novastack` command in a process of its own. Its first line on standard output says that it is ready."""

    def __init__(self, name: str, arguments: Sequence[str], ended: "queue.Queue[Child]", *, quiet: bool) -> None:
        self.name = name
        self._ended = ended
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._first: queue.Queue[str | None] = queue.Queue()
        self._heard = False
        self._quiet = quiet
        # A session of its own: Ctrl-C reaches the parent alone, which stops its children in their turn.
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
            [sys.executable, "-m", "novastack", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._threads = [
            threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._copy, args=(self._process.stderr,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def ready(self) -> str:
        """The line that it says when it is ready.

        Raises FailureError when it ends before, or says nothing.
        """
        try:
            line = self._first.get(timeout=READY)
        except queue.Empty:
            raise FailureError(f"{self.name} was not ready within {READY:g} s.") from None
        if line is None:
            raise FailureError(self.obituary())
        self._heard = True
        return line

    def obituary(self) -> str:
        """How it ended, and the last that it said."""
        status = self._process.wait()
        self._join()
        how = f"was ended by signal {-status}" if status < 0 else f"ended with exit status {status}"
        return "\n".join((f"{self.name} {how}." + (" It said last:" if self._last else ""), *self._last))

    def stop(self) -> None:
        """Ask it to stop; end it if it does not."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(timeout=_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._join()

    def _join(self) -> None:
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout=1.0)

    def _listen(self, stdout: IO[str]) -> None:
        with stdout:
            for line in stdout:
                self._first.put(line.rstrip("\n"))
        self._first.put(None)
        self._ended.put(self)

    def _copy(self, stderr: IO[str]) -> None:
        with stderr:
            for line in stderr:
                self._last.append("  " + line.rstrip("\n"))
                # What it says before it is ready is why it did not become ready: its obituary tells that.
                if self._heard and not self._quiet:
                    sys.stderr.write(line)
                    sys.stderr.flush()


class Family:
    """Children that live and end together."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._children: list[Child] = []
        self._ended: queue.Queue[Child] = queue.Queue()

    def start(self, name: str, *arguments: str) -> Child:
        child = Child(name, arguments, self._ended, quiet=self._quiet)
        self._children.append(child)
        return child

    def first_to_end(self) -> Child:
        """Wait until one of them ends by itself."""
        return self._ended.get()

    def stop(self) -> None:
        for child in reversed(self._children):
            child.stop()


@contextlib.contextmanager
def family(*, quiet: bool) -> Iterator[Family]:
    """Children that are all stopped at the end, whatever happens; `quiet` keeps what they say on standard error."""
    children = Family(quiet=quiet)
    try:
        yield children
    finally:
        children.stop()
