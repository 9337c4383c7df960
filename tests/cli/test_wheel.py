"""The wheel, installed outside the checkout: every command works from there, with the older OpenAI client too."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOUND = 600

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=BOUND, check=False
    )


def pip(python: Path, *arguments: str | Path, cwd: Path) -> None:
    done = run(python, "-m", "pip", "--disable-pip-version-check", *arguments, cwd=cwd)
    assert 0 == done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fresh environment that holds the wheel, its extras, and openai 2.54, the last on plain httpx."""
    folder = tmp_path_factory.mktemp("elsewhere")
    pip(Path(sys.executable), "wheel", "--no-deps", "--quiet", "-w", folder, ROOT, cwd=folder)
    (wheel,) = folder.glob("novastack-*.whl")
    assert 0 == run(sys.executable, "-m", "venv", folder / "venv", cwd=folder).returncode
    constraints = folder / "constraints.txt"
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    constraints.write_text("".join(line for line in lines if not line.startswith("openai==")), encoding="utf-8")
    wanted = f"novastack[contracts,loadtests] @ {wheel.as_uri()}"
    python = folder / "venv" / "bin" / "python"
    pip(python, "install", "--quiet", "-c", constraints, wanted, "openai==2.54.0", cwd=folder)
    return folder


@pytest.fixture
def laboratory(elsewhere: Path) -> Iterator[str]:
    """`novastack up` from the wheel, on its default ports."""
    process = subprocess.Popen(
        [elsewhere / "venv" / "bin" / "novastack", "up", "--speed", "20"],
        cwd=elsewhere,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Ctrl-C stops both" in line:
            break
    else:
        raise AssertionError(process.communicate(timeout=BOUND)[1])
    yield "http://127.0.0.1:8080"
    process.terminate()
    process.communicate(timeout=BOUND)
    assert 0 == process.returncode


def held(folder: Path, *arguments: str) -> str:
    """The output of a command that must end well."""
    done = run(folder / "venv" / "bin" / "novastack", *arguments, cwd=folder)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_the_packages_come_from_the_wheel(elsewhere: Path) -> None:
    """Nothing is imported from the checkout, and each package says that it is typed."""
    names = ("novastack", *(f"novastack_{name}" for name in ("gateway", "simulators", "contracts", "loadtests")))
    code = f"import importlib; [print(importlib.import_module(name).__file__) for name in {names}]"
    files = run(elsewhere / "venv" / "bin" / "python", "-c", code, cwd=elsewhere).stdout.split()
    assert 5 == len(files)
    assert [] == [file for file in files if not file.startswith(str(elsewhere))]
    assert [] == [file for file in files if not (Path(file).parent / "py.typed").exists()]


@pytest.mark.parametrize("command", ["demo", "up", "simulate", "serve", "explain", "check", "load"])
def test_every_command_has_help(elsewhere: Path, command: str) -> None:
    """All that a command needs to start is in the wheel."""
    assert "Usage" in held(elsewhere, command, "--help")


@pytest.mark.parametrize("command", ["simulate", "serve"])
def test_the_servers_validate_their_defaults(elsewhere: Path, command: str) -> None:
    """`--check` without a file."""
    assert "valid" in held(elsewhere, command, "--check")


def test_explain_says_why(elsewhere: Path) -> None:
    """The routing table is there without a server."""
    assert "deepseek-v4-pro answers" in held(elsewhere, "explain", "--model", "DeepSeek-V4-Pro")


def test_check_judges_the_gateway(elsewhere: Path, laboratory: str) -> None:
    """The judge on all three models, with both reports."""
    for model in ("Qwen3-235B-A22B", "DeepSeek-V4-Pro", "Claude-Opus-4.7"):
        held(elsewhere, "check", laboratory, "--api-key", "sk-novastack-dev", "--model", model, "--junit", "check.xml")
    assert (elsewhere / "check.xml").stat().st_size > 0


def test_load_gives_a_verdict(elsewhere: Path, laboratory: str) -> None:
    """Locust runs from the wheel."""
    assert "PASS" in held(elsewhere, "load", "routing", laboratory, "--duration", "3")


def test_the_demo_holds_with_the_older_client(elsewhere: Path) -> None:
    """openai 2.54 is the last of its line; the demo asks with it."""
    assert "12 of 12 held" in held(elsewhere, "demo")
