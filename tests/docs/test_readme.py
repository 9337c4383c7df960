"""The README's commands and snippets work as printed."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)
BLOCKS = [(block["language"], block["text"]) for block in _BLOCK.finditer(README)]
BOUND = 60


def block(language: str, part: str) -> str:
    """The one block of the README that contains `part`."""
    (found,) = [text for kind, text in BLOCKS if kind == language and part in text]
    return found


def sh(text: str) -> str:
    """Run a block as a person would paste it: in the checkout, with this environment's commands."""
    commands = text.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def laboratory() -> Iterator[None]:
    """`novastack up`, as printed, on the ports that are printed."""
    command = block("sh", "novastack up").split()
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "novastack"), *command[1:]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Ctrl-C stops both" in line:
            break
    else:
        raise AssertionError(process.communicate(timeout=BOUND)[1])
    yield
    process.terminate()
    process.communicate(timeout=BOUND)
    assert 0 == process.returncode


def test_the_curl_snippet_answers(laboratory: None) -> None:
    """Pasted into a shell it prints a completion."""
    assert '"object":"chat.completion"' in sh(block("sh", "/v1/chat/completions"))


def test_the_python_snippet_prints_a_line_of_each_model(laboratory: None) -> None:
    """Pasted into a file it prints three answers."""
    done = subprocess.run(
        [sys.executable, "-c", block("python", "OpenAI")], capture_output=True, text=True, timeout=BOUND, check=True
    )
    answers = [line.partition(": ") for line in done.stdout.splitlines() if ": " in line]
    assert {"Qwen3-235B-A22B", "DeepSeek-V4-Pro", "Claude-Opus-4.7"} <= {name for name, _, text in answers if text}


def test_the_fault_snippet_arms_a_fault(laboratory: None) -> None:
    """The next stream of DeepSeek has a fault in its journal."""
    control = "http://127.0.0.1:9102/_sim"
    sh(block("sh", "/_sim/faults"))
    try:
        assert ["cut"] == [fault["do"] for fault in httpx.get(f"{control}/faults").json()]
    finally:
        httpx.delete(f"{control}/faults")


@pytest.mark.slow
def test_the_judging_commands_end_well(laboratory: None) -> None:
    """`check`, `load` and `explain`, as printed, all exit 0."""
    assert "deepseek-v4-pro answers" in sh(block("sh", "novastack check"))


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    """`make demo` and `make test` exist, and both make the environment first."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = block("sh", "make demo").split("\n")[:2]
    assert ["make demo", "make test"] == commands
    assert [] == [name for name in ("demo", "test") if not re.search(rf"^{name}: venv$", makefile, re.MULTILINE)]


def test_the_readme_is_short() -> None:
    """At most 150 lines."""
    assert len(README.splitlines()) <= 150
