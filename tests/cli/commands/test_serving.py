"""`simulate`, `serve` and `up` as processes: ready, useful, and stopped cleanly."""

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]

BOUND = 30.0
CHAT = {"model": "DeepSeek-V4-Pro", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 8}
KEY = {"authorization": "Bearer sk-novastack-dev"}


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def until(process: "subprocess.Popen[str]", pattern: str) -> re.Match[str]:
    """Read on until a line matches."""
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(pattern, line)
        if found:
            return found
    raise AssertionError(f"{pattern} was never printed")


def test_simulate_announces_its_endpoints_and_stops_cleanly(started: Start, free_ports: Path) -> None:
    """One line of JSON when all listen; exit status 0 after SIGTERM."""
    process = started("simulate", "--config", str(free_ports), "--only", "deepseek-v4-pro", "--announce")
    (endpoint,) = json.loads(first_line(process))
    reply = httpx.post(
        endpoint["base_url"] + "/chat/completions",
        json={**CHAT, "model": "deepseek-v4-pro"},
        headers={"authorization": f"Bearer {endpoint['api_key']}"},
    )
    process.terminate()
    assert (200, 0) == (reply.status_code, process.wait(timeout=BOUND))


def test_up_serves_all_through_one_key_and_stops_on_ctrl_c(started: Start, free_ports: Path) -> None:
    """The gateway that `up` prints answers with the key that it prints; Ctrl-C ends all of it."""
    process = started("up", "--config", str(free_ports))
    url = until(process, r"base URL +(http://\S+)/v1")[1]
    reply = httpx.post(f"{url}/v1/chat/completions", json=CHAT, headers=KEY)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=BOUND)
    assert ("deepseek-v4-pro", 0) == (reply.headers["x-novastack-upstream"], process.returncode)
    assert "Stopped." in output
    assert "Traceback" not in errors
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/healthz")


def test_up_says_which_program_died(started: Start, free_ports: Path) -> None:
    """When one dies the other is stopped, and the death is told with its cause."""
    process = started("up", "--config", str(free_ports))
    until(process, r"Ctrl-C stops both")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    os.kill(int(children[-1]), signal.SIGKILL)
    _, errors = process.communicate(timeout=BOUND)
    assert 1 == process.returncode
    assert "serve was ended by signal 9." in errors


def test_a_taken_port_is_one_line_that_names_it(novastack: Run, tmp_path: Path) -> None:
    """No traceback: the address and what to do instead."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = novastack("serve", "--port", str(port))
    assert 1 == result.returncode
    assert result.stderr.startswith(f"The gateway cannot listen on 127.0.0.1 port {port}: Address already in use.")
    assert 1 == len(result.stderr.splitlines())


def test_up_names_a_taken_port_too(novastack: Run, free_ports: Path) -> None:
    """What stopped the child is what the parent says."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = novastack("up", "--config", str(free_ports), "--port", str(port))
    assert 1 == result.returncode
    assert f"The gateway cannot listen on 127.0.0.1 port {port}" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_development_key_is_refused_beyond_loopback(novastack: Run) -> None:
    """It is in every reader's documentation."""
    result = novastack("serve", "--host", "0.0.0.0")
    assert 3 == result.returncode
    assert "development key" in result.stderr
    assert "sk-novastack-dev" not in result.stderr


@pytest.mark.parametrize("command", ["serve", "simulate"])
def test_check_validates_and_exits(novastack: Run, free_ports: Path, command: str) -> None:
    """`--check` serves nothing."""
    assert 0 == novastack(command, "--config", str(free_ports), "--check").returncode


def test_mistakes_in_the_file_end_up_with_3(novastack: Run, tmp_path: Path) -> None:
    """Every mistake on a line of its own, with its place."""
    file = tmp_path / "wrong.yaml"
    file.write_text("gateway: {prot: 1}\nsimulators: {sped: 2}\n", encoding="utf-8")
    result = novastack("up", "--config", str(file))
    assert 3 == result.returncode
    assert "simulators.sped: unknown key" in result.stderr
    assert "gateway.prot: unknown key" in result.stderr


def test_an_unknown_name_after_only_is_told(novastack: Run) -> None:
    """The known names are in the line."""
    result = novastack("simulate", "--only", "gpt-9")
    assert 3 == result.returncode
    assert "unknown upstream 'gpt-9': known are qwen3-235b-a22b" in result.stderr
