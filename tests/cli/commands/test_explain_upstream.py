"""`novastack simulate --explain`: what a request would be answered, for people and for programs, without serving."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

BOUND = 30.0
CHAT: dict[str, Any] = {
    "model": "deepseek-v4-pro",
    "messages": [{"role": "user", "content": "Hello there"}],
    "max_tokens": 20,
    "stream": True,
}


@pytest.fixture
def explained(novastack: Run, tmp_path: Path) -> Run:
    """Explains a request: a text or bytes as they are, anything else as JSON."""

    def explain(request: Any, *options: str) -> "subprocess.CompletedProcess[str]":
        file = tmp_path / "request.json"
        file.write_bytes(request if isinstance(request, bytes) else json.dumps(request).encode())
        return novastack("simulate", "--explain", "request.json", *options)

    return explain


def asking(text: str) -> dict[str, Any]:
    return {**CHAT, "messages": [{"role": "user", "content": text}]}


def test_a_body_alone_is_a_chat_with_who_serves_the_model(explained: Run) -> None:
    """Status, tokens, and what is sent when."""
    result = explained(CHAT)
    assert (0, "") == (result.returncode, result.stderr)
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["Upstream", "deepseek-v4-pro"] in lines
    assert ["status", "200"] in lines
    assert ["done", "1", "0", "14"] in [line[:4] for line in lines]


def test_a_fault_is_told_with_the_reason(explained: Run) -> None:
    """Which one strikes, and why the other does not."""
    faults = [{"do": "cut", "when": {"nth": 2}}, {"do": "status", "status": 503, "name": "busy"}]
    out = explained(asking(f"[[sim {json.dumps(faults)}]]")).stdout
    rows = [line.split() for line in out.splitlines()]
    assert ["cut", "no", "attempt", "1", "is", "not", "attempt", "2"] in rows
    assert ["busy", "(status)", "yes", "it", "applies", "to", "every", "request"] in rows
    assert ["status", "503"] in rows


def test_a_configuration_decides_as_it_would_when_served(explained: Run, tmp_path: Path) -> None:
    """Its stubs reply, its faults strike."""
    (tmp_path / "n.yaml").write_text(
        "simulators:\n  upstreams:\n    - name: it\n      profile: deepseek-v4-pro\n      api_keys: [k]\n"
        "      stubs: [{name: canned, priority: 1, reply: {text: hi}}]\n"
        "      faults: [{do: slow, factor: 2}]\n",
        encoding="utf-8",
    )
    told = json.loads(explained(CHAT, "--config", "n.yaml", "--json").stdout)
    assert ("it", "canned", "slow") == (told["upstream"], told["stub"], told["fault"])


def test_for_programs_it_is_one_object(explained: Run) -> None:
    """The same as POST /_sim/explain."""
    told = json.loads(explained({"body": CHAT, "attempt": 3}, "--json").stdout)
    assert (200, 3, "deepseek-v4-pro") == (told["answer"]["status"], told["attempt"], told["model"])
    assert {"upstream", "scope", "faults", "answer", "stub", "nearest", "tokens", "expectation"} <= told.keys()


def test_a_request_that_is_refused_is_told_with_the_providers_words(explained: Run) -> None:
    """Not with a failure of ours."""
    result = explained({"body": "{bad", "path": "/chat/completions"}, "--only", "deepseek-v4-pro")
    assert (0, "") == (result.returncode, result.stderr)
    assert "invalid_request_error" in result.stdout


def test_a_request_without_a_body_may_be_named_by_its_path(explained: Run) -> None:
    """A lookup."""
    told = json.loads(explained({"path": "/models", "method": "GET"}, "--only", "deepseek-v4-pro", "--json").stdout)
    assert 200 == told["answer"]["status"]


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (b"", "not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"{", "not JSON: "),
        (b"\xff", "not JSON: it is not UTF-8 text"),
        (b"[" * 200_000, "not JSON: it is nested too deeply"),
        ([], "expected an object: the body of a request, or one with `body`"),
        ({}, "expected an object: the body of a request, or one with `body`"),
        ({"body": {}, "headres": {}}, "unknown key 'headres': expected some of attempt, body, headers, method, path"),
        ({"body": {}, "headers": 5}, "headers: "),
        ({"body": {}, "headers": {"a b": "c"}}, "headers: 'a b' is no name of a header"),
        ({"body": {}, "attempt": 0}, "attempt: "),
        ({"body": {}, "path": "x"}, "path: expected a path that begins with /, got 'x'"),
        ({"model": "gpt-9"}, "no upstream serves the model 'gpt-9': choose one of qwen3-235b-a22b, "),
        ({"messages": []}, "it names no model: choose one of qwen3-235b-a22b, "),
    ],
)
def test_a_file_that_is_no_request_is_one_line(explained: Run, request_: Any, said: str) -> None:
    """With the file's name, and the status of a mistake."""
    result = explained(request_)
    assert (3, "", 1) == (result.returncode, result.stdout, len(result.stderr.splitlines()))
    assert result.stderr.startswith(f"request.json: {said}")


@pytest.mark.parametrize(("name", "said"), [("nope.json", "No such file or directory"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_one_line(novastack: Run, name: str, said: str) -> None:
    """As the system says it."""
    result = novastack("simulate", "--explain", name)
    assert (3, f"{name}: cannot be read: {said}\n") == (result.returncode, result.stderr)


def test_what_looks_like_markup_is_told_as_it_is(explained: Run) -> None:
    """The console's own brackets mean nothing in a prompt."""
    fault = {"do": "cut", "where": {"last_message": {"contains": "[/red]"}}}
    result = explained(asking(f"[/red] [bold]x [[sim {json.dumps(fault)}]]"))
    assert (0, "") == (result.returncode, result.stderr)
    assert '"[/red]"' in result.stdout


def test_a_narrow_terminal_loses_nothing(tmp_path: Path) -> None:
    """Texts and figures are folded rather than cut off."""
    file = tmp_path / "request.json"
    file.write_text(
        json.dumps(asking('[[sim {"do": "cut", "name": "a-very-long-name-of-a-fault"}]]')), encoding="utf-8"
    )
    shown = on_terminal(40, "simulate", "--explain", str(file))
    assert "…" not in shown
    assert max(len(line) for line in shown.splitlines()) <= 40
    assert "a-very-long-name-of-a-fault" in "".join(line.split()[0] for line in shown.splitlines() if line.strip())


def on_terminal(width: int, *arguments: str) -> str:
    """What a command prints on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    environment = {**{name: text for name, text in os.environ.items() if name != "COLUMNS"}, "TERM": "xterm"}
    command = [sys.executable, "-m", "novastack", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 65_536):
                shown += piece
        except OSError:
            pass  # Linux says so at the end of a terminal
        os.close(ours)
        process.wait(timeout=BOUND)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", shown.decode())
