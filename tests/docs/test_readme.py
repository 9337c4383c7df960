"""The README's commands and snippets work as printed.

The quick tests put free ports in the place of the printed ones, so that they can run beside a laboratory that is in
use; the slow one runs everything to the letter.
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from novastack_gateway.config import GatewayConfig
from novastack_simulators.config import SimulatorsConfig

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)
BLOCKS = [(block["language"], block["text"]) for block in _BLOCK.finditer(README)]
BIN = Path(sys.executable).parent
NAMES = ("qwen3-235b-a22b", "deepseek-v4-pro", "claude-opus-4-7")
BOUND = 60

Ports = Mapping[str, str]


def block(language: str, part: str) -> str:
    """The one block of the README that contains `part`."""
    (found,) = [text for kind, text in BLOCKS if kind == language and part in text]
    return found


def moved(text: str, ports: Ports) -> str:
    for printed, actual in ports.items():
        text = text.replace(f"127.0.0.1:{printed}", f"127.0.0.1:{actual}")
    return text


def sh(text: str) -> str:
    """Run a block as a person would paste it: in the checkout, with this environment's commands."""
    commands = ["bash", "-euo", "pipefail", "-c", text.replace(".venv/bin/", f"{BIN}/")]
    done = subprocess.run(commands, cwd=ROOT, capture_output=True, text=True, timeout=BOUND, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def python(text: str) -> str:
    """Run a block as a file."""
    command = [sys.executable, "-c", text]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BOUND, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stdout


@contextmanager
def up(*options: str) -> Iterator[str]:
    """`novastack up` as printed, and more options; gives what it says until it is ready."""
    command = [*block("sh", "novastack up").replace(".venv/bin/", f"{BIN}/").split(), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C stops both" in line:
            break
    else:
        raise AssertionError(process.communicate(timeout=BOUND)[1])
    yield said
    process.terminate()
    process.communicate(timeout=BOUND)
    assert 0 == process.returncode


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    """A laboratory on free ports: each printed port, and the one that stands for it."""
    file = tmp_path_factory.mktemp("readme") / "novastack.yaml"
    upstreams = [f"    - {{name: {name}, profile: {name}, port: 0, api_keys: [sk-sim-{name}]}}" for name in NAMES]
    text = "\n".join(("simulators:", "  speed: 20", "  upstreams:", *upstreams, "gateway: {port: 0}", ""))
    file.write_text(text, encoding="utf-8")
    with up("--config", str(file)) as said:
        actual = list(dict.fromkeys(re.findall(r"http://127\.0\.0\.1:(\d+)", said)))
        yield dict(zip(("9101", "9102", "9103", "8080"), actual, strict=True))


def test_the_printed_ports_are_the_defaults() -> None:
    """A newcomer who types what stands there reaches what was started."""
    assert 8080 == GatewayConfig().port
    assert [9101, 9102, 9103] == [upstream.port for upstream in SimulatorsConfig().upstreams]


def test_the_curl_snippet_answers(ports: Ports) -> None:
    """Pasted into a shell it prints a completion."""
    assert '"object":"chat.completion"' in sh(moved(block("sh", "/v1/chat/completions"), ports))


def test_the_python_snippet_prints_a_line_of_each_model(ports: Ports) -> None:
    """Pasted into a file it prints three answers."""
    lines = python(moved(block("python", "OpenAI"), ports)).splitlines()
    answered = {name for name, _, text in (line.partition(": ") for line in lines) if text}
    assert {"Qwen3-235B-A22B", "DeepSeek-V4-Pro", "Claude-Opus-4.7"} <= answered


def test_the_fault_snippet_arms_a_fault(ports: Ports) -> None:
    """The simulator of DeepSeek holds the fault that was armed."""
    sh(moved(block("sh", "/_sim/faults"), ports))
    control = f"http://127.0.0.1:{ports['9102']}/_sim/faults"
    try:
        assert ["cut"] == [fault["do"] for fault in httpx.get(control).json()]
    finally:
        httpx.delete(control)


@pytest.mark.slow
def test_everything_works_to_the_letter() -> None:
    """`up`, curl, Python, `check`, `load` and `explain` exactly as printed, on the printed ports."""
    with up():
        assert '"object":"chat.completion"' in sh(block("sh", "/v1/chat/completions"))
        assert "Claude-Opus-4.7: " in python(block("python", "OpenAI"))
        assert "deepseek-v4-pro answers" in sh(block("sh", "novastack check"))


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    """`make demo` and `make test` exist, and both make the environment first."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert ["make demo", "make test"] == block("sh", "make demo").split("\n")[:2]
    assert [] == [name for name in ("demo", "test") if not re.search(rf"^{name}: venv$", makefile, re.MULTILINE)]


def test_the_readme_is_short() -> None:
    """At most 150 lines."""
    assert len(README.splitlines()) <= 150
