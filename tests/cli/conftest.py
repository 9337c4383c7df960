"""Commands as a user runs them: in processes of their own, on free ports, bounded in time."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

BOUND = 60.0

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def novastack(tmp_path: Path) -> Run:
    """Run a command to its end, in an empty folder."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "novastack", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=BOUND,
            check=False,
        )

    return run


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Start]:
    """Start a command that serves; it is ended at the end, whatever happens."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "novastack", *arguments],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=BOUND)


@pytest.fixture
def free_ports(tmp_path: Path) -> Path:
    """A configuration with free ports everywhere and fast models."""
    names = ("qwen3-235b-a22b", "deepseek-v4-pro", "claude-opus-4-7")
    upstreams = "".join(
        f"    - {{name: {name}, profile: {name}, port: 0, api_keys: [sk-sim-{name}]}}\n" for name in names
    )
    file = tmp_path / "novastack.yaml"
    file.write_text(f"simulators:\n  speed: 50\n  upstreams:\n{upstreams}gateway:\n  port: 0\n", encoding="utf-8")
    return file
