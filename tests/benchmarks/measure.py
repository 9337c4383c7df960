"""A server process under measurement: started on a core of its own, its CPU time and memory read from /proc.

Its threads and its children count; the resolution of the CPU time is one tick of the kernel (10 ms).
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.machine import UnavailableError

TICK: Final = 1 / os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
PATIENCE: Final = 30.0
POLL: Final = 0.002


class Server:
    """A running server: its port, and what it has used so far."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    @property
    def cpu(self) -> float:
        """Seconds of processor time since it started."""
        return sum(_cpu(pid) for pid in _family(self.process.pid))

    @property
    def resident(self) -> int:
        """Bytes of resident memory now."""
        return sum(_resident(pid) for pid in _family(self.process.pid))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(
    command: Sequence[str], port: int, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A server for as long as the context lasts, from when it listens. Raises UnavailableError with its last words."""
    log = folder / f"server-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    server = Server(process, port, log)
    try:
        wait_until_listening(server)
        yield server
    finally:
        _stop(process)


def wait_until_listening(server: Server) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=1):
            return
        rest(POLL)
    words = server.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise UnavailableError(f"the server did not listen: {words[-1] if words else 'it said nothing'}")


def rest(seconds: float) -> None:
    """Leaves the machine alone for a while: a benchmark is the one place where wall-clock time is the subject."""
    time.sleep(seconds)  # noqa: TID251 - see above


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and its own children: they are one session, which we started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _family(pid: int) -> list[int]:
    """The process and its descendants that are alive."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
    return found


def _cpu(pid: int) -> float:
    """proc_pid_stat(5): fields 14 to 17 are utime, stime, and the same of children that have ended."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15]) * TICK
    return 0.0


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    return 0
