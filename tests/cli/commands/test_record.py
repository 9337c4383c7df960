"""`novastack record` as a process: ready, useful, and stopped with whole tapes."""

import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.server import Endpoint, running_in_thread
from novastack_simulators.tapes import load

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]
BOUND = 30.0
KEY = "sk-record-0123456789"
CHAT = {"model": "deepseek-v4-pro", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 8}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    upstream = UpstreamConfig(name="it", profile="deepseek-v4-pro", api_keys=(KEY,))
    with running_in_thread(SimulatorsConfig(speed=1000, grace=0.1, upstreams=(upstream,))) as (served,):
        yield served


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ask(url: str) -> httpx.Response:
    return httpx.post(f"{url}/chat/completions", json=CHAT, headers={"authorization": f"Bearer {KEY}"})


def test_it_records_for_programs(started: Start, endpoint: Endpoint, tmp_path: Path) -> None:
    """A line of JSON when it is ready, and one for each exchange; exit status 0 after SIGTERM."""
    process = started("record", "--upstream", endpoint.base_url, "--port", "0", "--out", "t.ndjson", "--announce")
    ready = json.loads(line(process))
    assert (endpoint.base_url, "t.ndjson") == (ready["upstream"], ready["out"])
    reply = ask(ready["base_url"])
    kept = json.loads(line(process))
    process.terminate()
    assert (200, 200, "complete", "t.ndjson", None) == (
        reply.status_code, kept["status"], kept["ended"], kept["file"], kept["why"],
    )  # fmt: skip
    assert 0 == process.wait(timeout=BOUND)
    (tape,) = load(tmp_path / "t.ndjson")
    assert reply.content == tape.body


def test_it_records_for_a_person(started: Start, endpoint: Endpoint, tmp_path: Path) -> None:
    """Where callers come in, and a line for each tape; Ctrl-C ends it, and no key was written anywhere."""
    process = started("record", "--upstream", endpoint.base_url, "--port", "0")
    found = re.match(r"(http://127\.0\.0\.1:\d+) records (\S+) to tapes$", line(process))
    assert found
    ask(found[1])
    told = line(process)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=BOUND)
    assert re.fullmatch(
        r"000001 POST /chat/completions 200 complete 1 chunk, \d+ bytes, \d\.\d{3} s → tapes/000001-\S+\.json", told
    )
    assert (0, "", "") == (process.returncode, output, errors)
    written = [file.read_text(encoding="utf-8") for file in (tmp_path / "tapes").iterdir()]
    assert (1, []) == (len(written), [text for text in written if KEY in text])


def test_what_is_not_recorded_is_told(started: Start) -> None:
    """With the reason."""
    process = started("record", "--upstream", "http://127.0.0.1:1", "--port", "0")
    assert 502 == ask(line(process).split()[0]).status_code
    assert line(process).startswith("000001 POST /chat/completions not recorded: the endpoint cannot be reached: ")


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("--upstream", "ftp://h"), 3, "--upstream: 'ftp://h': expected http:// or https://"),
        (("--upstream", "http://u:p@h"), 3, "--upstream: a URL with a user or password in it"),
        (("--upstream", "https://h", "--ca", "none.pem"), 1, "none.pem cannot be used: No such file or directory."),
        (("--upstream", "http://h", "--out", "/dev/null/x"), 1, "/dev/null/x cannot hold tapes: Not a directory."),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(
    novastack: Run, arguments: tuple[str, ...], status: int, told: str
) -> None:
    """No traceback."""
    result = novastack("record", "--port", "0", *arguments)
    assert (status, 1) == (result.returncode, len(result.stderr.splitlines()))
    assert result.stderr.startswith(told)
