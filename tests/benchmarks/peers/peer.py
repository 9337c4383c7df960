"""What every peer is: a name, its version, how it is installed, and the command that serves on a port."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import cache, program, ran
from benchmarks.progress import told


class Start(NamedTuple):
    """How a server is started."""

    command: Sequence[str]
    environment: Mapping[str, str] = {}


class Peer(NamedTuple):
    """A candidate. `prepare` installs it and writes its files into the folder, then says how it starts on the port.

    `prepare` raises UnavailableError where it cannot be had.
    """

    name: str
    version: str
    prepare: Callable[[Path, int], Start]
    path: str = "/v1/chat/completions"
    key: str = "sk-bench"
    model: str = "gpt-4o"


def from_pip(package: str, version: str) -> Path:
    """The bin folder of a virtual environment of its own with the pinned package."""
    home = cache() / f"{package}-{version}"
    if not (home / "installed").exists():
        told(f"  installing {package} {version}")
        ran([sys.executable, "-m", "venv", "--clear", str(home)], f"no virtual environment for {package}")
        pip = [str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        ran([*pip, f"{package}=={version}"], f"{package} {version} cannot be installed")
        (home / "installed").touch()
    return home / "bin"


def from_npm(package: str, version: str) -> Path:
    """The folder of the pinned package in a node folder of its own; its install scripts are not run."""
    home = cache() / f"{package.replace('/', '-').lstrip('@')}-{version}"
    if not (home / "installed").exists():
        told(f"  installing {package} {version}")
        options = ["--prefix", str(home), "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        ran(
            [program("npm", "npm"), "install", *options, f"{package}@{version}"],
            f"{package} {version} cannot be installed",
        )
        (home / "installed").touch()
    return home / "node_modules" / package
