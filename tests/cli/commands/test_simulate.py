"""`novastack simulate` as a process: TLS, the configuration read again while it serves, the journal's file."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]

BOUND = 30.0
NAME = "deepseek-v4-pro"
CHAT = {"model": NAME, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 8}


def configured(folder: Path, **more: Any) -> Path:
    """The simulators' part of a configuration, in JSON, which is YAML too: a line for each key."""
    upstreams = [{"name": NAME, "profile": NAME, "port": 0, "api_keys": ["k"]}]
    file = folder / "sim.yaml"
    file.write_text(json.dumps({"speed": 50, "grace": 0.2, "upstreams": upstreams, **more}, indent=0), encoding="utf-8")
    return file


def announced(process: "subprocess.Popen[str]") -> Any:
    assert process.stdout is not None
    (endpoint,) = json.loads(process.stdout.readline())
    return endpoint


def said(process: "subprocess.Popen[str]", pattern: str) -> str:
    """The next line on standard error that matches."""
    assert process.stderr is not None
    for line in process.stderr:
        if re.search(pattern, line):
            return line.strip()
    raise AssertionError(f"{pattern} was never said")


def stopped(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """The exit status, and what was left to read on standard error."""
    process.terminate()
    _, errors = process.communicate(timeout=BOUND)
    return process.returncode, errors


def speed(endpoint: Any, **how: Any) -> float:
    return float(httpx.get(f"{endpoint['control_url']}/speed", **how).json()["speed"])


def test_a_signal_reads_the_file_again(started: Start, tmp_path: Path) -> None:
    """A stream that is under way goes on to its end."""
    process = started("simulate", "--config", str(configured(tmp_path)), "--announce")
    endpoint = announced(process)
    ask = {"url": f"{endpoint['base_url']}/chat/completions", "json": {**CHAT, "stream": True, "max_tokens": 60}}
    with httpx.stream("POST", **ask, headers={"authorization": "Bearer k"}) as reply:
        pieces = reply.iter_text()
        first = next(pieces)
        configured(tmp_path, speed=7)
        process.send_signal(signal.SIGHUP)
        said(process, "^the configuration was read again$")
        whole = first + "".join(pieces)
    assert (7.0, True) == (speed(endpoint), whole.endswith("data: [DONE]\n\n"))
    assert (0, "") == stopped(process)


def test_a_file_that_cannot_be_used_changes_nothing_and_is_told_with_its_line(started: Start, tmp_path: Path) -> None:
    """Then one that can be used is taken."""
    process = started("simulate", "--config", str(configured(tmp_path)), "--announce")
    endpoint = announced(process)
    for more, expected in (
        ({"speed": -1}, r"sim\.yaml:2: speed: Input should be greater than 0"),
        ({"grace": 9.0}, "`grace` cannot change while it runs: start it again"),
    ):
        configured(tmp_path, **more)
        process.send_signal(signal.SIGHUP)
        assert re.search(f"^the configuration stays as it was: .*{expected}", said(process, "stays as it was"))
        assert 50.0 == speed(endpoint)
    configured(tmp_path, speed=8)
    process.send_signal(signal.SIGHUP)
    said(process, "was read again")
    assert 8.0 == speed(endpoint)


def test_a_file_that_is_watched_needs_no_signal(started: Start, tmp_path: Path) -> None:
    """What options say of the configuration still holds."""
    file = configured(tmp_path)
    process = started("simulate", "--config", str(file), "--watch", "--seed", "5", "--announce")
    endpoint = announced(process)
    configured(tmp_path, speed=9)
    said(process, "was read again")
    about = httpx.get(endpoint["control_url"]).json()
    assert (9.0, 5) == (about["speed"], about["seed"])


def test_tls_is_served_with_a_local_authority(started: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose certificate a client trusts; the base URL that is announced says https."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    process = started("simulate", "--config", str(configured(tmp_path)), "--tls", "--announce")
    endpoint = announced(process)
    assert endpoint["base_url"].startswith("https://127.0.0.1:")
    trusting = ssl.create_default_context(cafile=tmp_path / "novastack" / "tls" / "ca.pem")
    assert 50.0 == speed(endpoint, verify=trusting)
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        speed(endpoint)
    # Who never begins the handshake does not delay the stop, and who speaks plain HTTP is no failure of ours.
    with socket.create_connection(("127.0.0.1", int(endpoint["control_url"].split(":")[2].split("/")[0]))):
        with pytest.raises(httpx.TransportError):
            speed({"control_url": endpoint["control_url"].replace("https:", "http:")})
        assert (0, "") == stopped(process)


def test_a_certificate_that_is_not_there_is_one_line(novastack: Run, tmp_path: Path) -> None:
    """Before anything is served."""
    own = {"certificate": str(tmp_path / "a.pem"), "key": str(tmp_path / "b.pem")}
    result = novastack("simulate", "--config", str(configured(tmp_path, tls=own)))
    assert (3, f"there is no file {tmp_path / 'a.pem'}\n") == (result.returncode, result.stderr)


def test_without_the_extra_tls_says_which(tmp_path: Path) -> None:
    """And how to do without it."""
    code = "import sys; sys.modules['trustme'] = None; from novastack.app import main; main()"
    command = [sys.executable, "-c", code, "simulate", "--config", str(configured(tmp_path)), "--tls"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    result = subprocess.run(command, capture_output=True, text=True, timeout=BOUND, env=environment, check=False)
    assert 3 == result.returncode
    assert "pip install 'novastack[tls]'; or give certificate and key\n" in result.stderr
    assert 1 == len(result.stderr.splitlines())


def test_the_journals_file_is_whole_after_the_stop(started: Start, tmp_path: Path) -> None:
    """A line of JSON for every request, also for the one that a stop cut."""
    file = configured(tmp_path, journal={"file": str(tmp_path / "journal.ndjson")})
    process = started("simulate", "--config", str(file), "--announce")
    endpoint = announced(process)
    httpx.put(f"{endpoint['control_url']}/faults", json=[{"do": "stall", "for": "forever", "when": {"nth": 2}}])
    ask = {"url": f"{endpoint['base_url']}/chat/completions", "json": {**CHAT, "stream": True}}
    headers = {"authorization": "Bearer k"}
    httpx.post(**ask, headers=headers)
    with httpx.Client() as client:
        hung = client.build_request("POST", **ask, headers={**headers, "connection": "close"})
        with pytest.raises(httpx.HTTPError):
            _stopped_under(process, client, hung, endpoint)
    assert 0 == process.wait(timeout=BOUND)
    lines = (tmp_path / "journal.ndjson").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    assert [(NAME, 1, True), (NAME, 2, True)] == [
        (each["upstream"], each["attempt"], each["ended"]) for each in entries
    ]


def _stopped_under(process: Any, client: httpx.Client, hung: httpx.Request, endpoint: Any) -> None:
    """Stops the server once the request has arrived."""
    stopper = f"{endpoint['control_url']}/journal/wait?attempt=2&timeout=20"
    command = [sys.executable, "-c", WAITER, stopper, str(process.pid)]
    with subprocess.Popen(command) as waiter:
        client.send(hung)
        waiter.wait(timeout=BOUND)


WAITER = """
import os, signal, sys, urllib.request
urllib.request.urlopen(sys.argv[1]).read()
os.kill(int(sys.argv[2]), signal.SIGTERM)
"""


def test_a_journal_that_cannot_be_written_is_one_warning(started: Start, tmp_path: Path) -> None:
    """Answers do not suffer."""
    file = configured(tmp_path, journal={"file": str(tmp_path)})
    process = started("simulate", "--config", str(file), "--announce")
    endpoint = announced(process)
    ask = {"url": f"{endpoint['base_url']}/chat/completions", "json": CHAT, "headers": {"authorization": "Bearer k"}}
    assert 200 == httpx.post(**ask).status_code
    said(process, "Is a directory; entries are missing from it")
    assert 200 == httpx.post(**ask).status_code
    assert (0, "") == stopped(process)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--watch"], "--watch: there is no file to watch: give one by --config"),
        (["--json"], "--json: expected --explain, whose answer it is"),
        (["--out", "x"], "--out: expected --dry-run, whose lines it takes"),
        (["--explain", "x", "--dry-run", "y"], "--explain and --dry-run: expected one of them"),
    ],
)
def test_an_option_that_would_do_nothing_is_a_mistake(novastack: Run, options: list[str], message: str) -> None:
    """One line, and the status of a mistake on the command line."""
    result = novastack("simulate", *options)
    assert (3, f"{message}\n", "") == (result.returncode, result.stderr, result.stdout)


def test_the_help_keeps_apart_what_serves_and_what_does_not(novastack: Run) -> None:
    """Every option has a sentence."""
    text = novastack("simulate", "--help").stdout
    serving, instead = text.split("Instead of serving")
    assert all(option in serving for option in ("--config", "--only", "--tls", "--watch", "--announce"))
    assert all(option in instead for option in ("--check", "--explain", "--dry-run", "--out", "--json"))
