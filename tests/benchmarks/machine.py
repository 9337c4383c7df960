"""The machine that a run has: its cores, its programs, and how busy it was with other things."""

import os
import platform
import resource
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.progress import told

SERVER_CORE: Final = 0
LOAD_CORE: Final = 1
C: Final = Path(__file__).parent / "c"


class UnavailableError(Exception):
    """Something that a row needs cannot be had here; the text says what and why. The row is then not measured."""


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What the figures were measured on."""

    processor: str
    cores: int
    kernel: str
    python: str


def machine() -> Machine:
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        kernel=platform.release(),
        python=platform.python_version(),
    )


def busy() -> float:
    """The load average of the last minute: before a run it says whether others were at work."""
    return round(os.getloadavg()[0], 2)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def cache() -> Path:
    """Where peers and compiled programs are kept: outside the tree, per user."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "novastack-benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def allow_many_files() -> None:
    """Thousands of streams are thousands of descriptors; the limit is inherited by what is started."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def program(name: str, package: str) -> str:
    """The path of a program, installed by apt-get if it is missing and we may. Raises UnavailableError."""
    found = shutil.which(name)
    if found is None:
        told(f"  {name} is missing: installing the Debian package {package}")
        ran(["apt-get", "install", "-y", "-qq", package], f"{name} is missing, and apt-get install {package} failed")
        found = shutil.which(name)
    if found is None:
        raise UnavailableError(f"{name} is missing although the Debian package {package} is installed")
    return found


def compiled(name: str) -> Path:
    """One of the C programs of this folder, compiled when its source is newer. Raises UnavailableError."""
    source, target = C / f"{name}.c", cache() / name
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        ran(
            [program("gcc", "gcc"), "-O2", "-Wall", "-Wextra", "-std=gnu11", "-o", str(target), str(source)],
            f"{name}.c cannot be compiled",
        )
    return target


def ran(command: Sequence[str], complaint: str) -> str:
    """What a command printed. Raises UnavailableError with the complaint and the command's last line."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise UnavailableError(f"{complaint}: {error}") from None
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise UnavailableError(f"{complaint}: {last}")
    return done.stdout


def pinned(core: int, command: Sequence[str]) -> list[str]:
    """The command, bound to one core."""
    return [program("taskset", "util-linux"), "-c", str(core), *command]


def punctual(core: int, command: Sequence[str]) -> list[str]:
    """The same, and before all else that runs on the machine, where we may say so (as root): chrt(1), SCHED_FIFO.

    Being nice is not enough: with autogroups a session competes as a whole (sched(7)).
    """
    first = [program("chrt", "util-linux"), "--fifo", "1"] if os.geteuid() == 0 else []
    return [*first, *pinned(core, command)]
