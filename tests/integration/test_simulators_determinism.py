"""The same 500 requests, three times: all at once, by few in another order, and shared by two processes.

Every body is the same to the byte, the same faults strike and the same times are planned, whoever asked first.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any, Final, NamedTuple

import httpx
import pytest

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.server import running_in_thread

COUNT: Final = 500
PROFILES: Final = ("openai-generic", "deepseek-v4-pro", "qwen3-235b-a22b", "qwen3-235b-a22b-vllm", "claude-opus-4-7")
FAULTS: Final = [
    {"do": "status", "status": 503, "retry_after": 1, "when": {"probability": 0.06}},
    {"do": "html_page", "when": {"nth": 2, "probability": 0.2}},
    {"do": "rst", "at": {"at_byte": 150}, "when": {"probability": 0.05}},
    {"do": "cut", "at": {"after_tokens": 5}, "when": {"probability": 0.05}, "where": {"header": {"x-team": "red"}}},
    {"do": "fin", "at": {"after_tokens": 4}, "when": {"every": 3, "probability": 0.3}},
    {"do": "in_band_error", "status": 500, "at": "first_text", "when": {"probability": 0.05}},
    {"do": "truncate", "at": "before_done", "when": {"probability": 0.05}},
    {"do": "corrupt", "what": "utf8", "when": {"probability": 0.05}},
    {"do": "drop", "count": 2, "when": {"probability": 0.05}},
    {"do": "reorder", "when": {"probability": 0.05}},
    {"do": "slow", "factor": 2, "at": "first_text", "when": {"probability": 0.1}, "name": "sluggish"},
    {"do": "wrong_usage", "factor": 2, "when": {"first": 1, "probability": 0.1}},
]
STUBS: Final = [
    {"name": "echo", "priority": 1, "match": {"last_message": {"contains": "echo"}}, "reply": {"text": "You said: {{ last_message }}"}},
    {"name": "busy", "priority": 2, "match": {"last_message": {"contains": "echo busy"}}, "reply": {"error": {"status": 429}}},
]  # fmt: skip
DIRECTIVES: Final = ("overloaded", '{"do": "fin", "at": "first_text"}', '{"framing": "crlf"}', '{"framing": "utf8-split"}',
                     '{"framing": "everything-legal", "faults": [{"do": "duplicate", "when": {"probability": 0.5}}]}')  # fmt: skip
TOPICS: Final = ("the sea", "старые города", "北京的天气", "a list of three rivers", "echo this", "echo busy", "code")
WITHOUT_PLAN: Final = "vllm"


def configured() -> dict[str, Any]:
    """Five upstreams, each with a framing of its own."""
    framings: tuple[Any, ...] = ({}, {"write": {"random": 400}}, "gzip", "crlf", "multi-line")
    upstreams = [
        {"name": name, "profile": name, "api_keys": ["sk-sim"], "faults": FAULTS, "stubs": STUBS, "framing": framing}
        for name, framing in zip(PROFILES, framings, strict=True)
    ]
    return {"speed": 1000, "grace": 0.1, "created": 1_790_000_000, "seed": 7, "upstreams": upstreams}


class Asked(NamedTuple):
    """One request: its id, its upstream, and its bytes after the first line."""

    name: str
    upstream: str
    path: str
    head: bytes
    body: bytes


def requests() -> list[Asked]:
    """All of them, each with an attempt of its own: chats of every kind, streamed and plain."""
    rng = Random(4)
    return [_request(number, rng) for number in range(COUNT)]


def _request(number: int, rng: Random) -> Asked:
    upstream = PROFILES[number % len(PROFILES)]
    claude = upstream == "claude-opus-4-7"
    directive = f" [[sim {rng.choice(DIRECTIVES)}]]" if rng.random() < 0.15 else ""
    # Some come again, as another attempt.
    text = f"Tell me about {rng.choice(TOPICS)}, {rng.randrange(60)} canary:c{number % 40:04d}{directive}"
    body: dict[str, Any] = {
        "model": "qwen3-235b-a22b" if upstream.startswith("qwen3") else upstream,
        "messages": [{"role": "user", "content": text}],
        "max_tokens": rng.choice((20, 60, 200)),
        "stream": rng.random() < 0.6,
        **_more(upstream, rng),
    }
    fields = {
        "x-api-key" if claude else "authorization": "sk-sim" if claude else "Bearer sk-sim",
        "anthropic-version": "2023-06-01",
        "x-request-id": f"r{number}",
        "x-sim-attempt": str(1 + number % 4),
        "x-team": rng.choice(("red", "blue")),
        **({"x-sim-scope": f"s{number % 3}"} if number % 2 else {}),
        **({"accept-encoding": "gzip"} if rng.random() < 0.5 else {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return Asked(f"r{number}", upstream, "/v1/messages" if claude else "/v1/chat/completions", head.encode(),
                 json.dumps(body).encode())  # fmt: skip


def _more(upstream: str, rng: Random) -> dict[str, Any]:
    """What the wire has besides: thinking or none, tools, several choices, usage."""
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city"],
    }
    if upstream == "claude-opus-4-7":
        tools: Any = [{"name": "weather", "input_schema": schema}]
        return rng.choice(({}, {"thinking": {"type": "adaptive"}}, {"tools": tools}))
    tools = [{"type": "function", "function": {"name": "weather", "parameters": schema}}]
    off = {
        "deepseek-v4-pro": {"thinking": {"type": "disabled"}},
        "qwen3-235b-a22b": {"enable_thinking": False},
        "qwen3-235b-a22b-vllm": {"chat_template_kwargs": {"enable_thinking": False}},
    }
    return {**off.get(upstream, {}), **rng.choice(({}, {"tools": tools}, {"n": 2}, {"temperature": 0.3}))}


class Answer(NamedTuple):
    """What came back: the status, the body without its chunks, and whether it was reset."""

    status: str
    body: bytes
    ended: str


class Client(asyncio.Protocol):
    """Keeps all that arrives until the connection ends; a StreamReader would lose what it had not read at a reset."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self.data += data

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set_result("closed" if exc is None else "reset")


async def _ask(asked: Asked, port: int) -> Answer:
    transport, client = await asyncio.get_running_loop().create_connection(Client, "127.0.0.1", port)
    head = b"POST %b HTTP/1.1\r\nhost: it\r\nconnection: close\r\ncontent-type: application/json\r\n%bcontent-length: %d\r\n\r\n"
    transport.write(head % (asked.path.encode(), asked.head, len(asked.body)) + asked.body)
    ended = await client.ended
    top, _, rest = bytes(client.data).partition(b"\r\n\r\n")
    body = _dechunked(rest) if b"\r\ntransfer-encoding: chunked" in top.lower() else rest
    return Answer(top.partition(b"\r\n")[0].decode(), body, ended)


def _dechunked(rest: bytes) -> bytes:
    """What is there of the body, however it ends."""
    body, start = bytearray(), 0
    while (end := rest.find(b"\r\n", start)) >= 0:
        length = int(rest[start:end], 16)
        body += rest[end + 2 : end + 2 + length]
        start = end + 2 + length + 2
    return bytes(body)


async def _crowd(asked: Sequence[Asked], ports: dict[str, int], workers: int) -> dict[str, Answer]:
    """All answers, asked for by so many at once, in this order."""
    waiting = iter(asked)
    answers: dict[str, Answer] = {}

    async def work() -> None:
        for each in waiting:
            answers[each.name] = await _ask(each, ports[each.upstream])

    await asyncio.gather(*(work() for _ in range(workers)))
    return answers


class Told(NamedTuple):
    """What the journal says of a request."""

    fault: str | None
    stub: str | None
    status: int | None
    attempt: int
    tokens: tuple[int, ...]


class Run(NamedTuple):
    """One time: the answers, what the journals say, and the planned times of some streams."""

    answers: dict[str, Answer]
    told: dict[str, Told]
    planned: dict[str, list[float]]


def ran(asked: Sequence[Asked], ports: dict[str, int], workers: int) -> Run:
    answers = asyncio.run(_crowd(asked, ports, workers))
    told, planned = {}, {}
    with httpx.Client(timeout=20) as http:
        for name, port in ports.items():
            origin = f"http://127.0.0.1:{port}/_sim"
            for entry in http.get(f"{origin}/journal").raise_for_status().json()["entries"]:
                told[entry["request_id"]] = _told(entry)
                # Of an engine's answers the times depend on what else it makes.
                if entry["request_id"].endswith("0") and not name.endswith(WITHOUT_PLAN):
                    times = http.get(f"{origin}/journal/{entry['sequence']}/times").raise_for_status().json()
                    planned[entry["request_id"]] = times["planned"]
    return Run(answers, told, planned)


def _told(entry: dict[str, Any]) -> Told:
    tokens = entry["tokens"]
    counts = tuple(tokens[kind] for kind in ("prompt", "reasoning", "completion", "sent"))
    return Told(entry["fault"], entry["stub"], entry["status"], entry["attempt"], counts)


SERVER: Final = """
import json, sys
from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.server import running_in_thread
with running_in_thread(SimulatorsConfig.model_validate(json.loads(sys.stdin.readline()))) as endpoints:
    print(json.dumps([[each.name, each.control_url] for each in endpoints]), flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def another_process() -> Iterator[dict[str, int]]:
    """The same upstreams in a process of their own, with another order of hashes; their ports."""
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(configured()) + "\n")
        process.stdin.flush()
        yield {name: httpx.URL(url).port or 0 for name, url in json.loads(process.stdout.readline())}
        process.stdin.close()
        assert 0 == process.wait(20)


@pytest.fixture(scope="module")
def runs() -> tuple[Run, Run, Run]:
    """All 500 at once; by seven, backwards; by two crowds at two other processes, each half of them, shuffled."""
    asked = requests()
    mixed = Random(9).sample(asked, len(asked))
    config = SimulatorsConfig.model_validate(configured())
    with another_process() as one, another_process() as other:
        with running_in_thread(config) as endpoints:
            ports = {each.name: httpx.URL(each.control_url).port or 0 for each in endpoints}
            first = ran(asked, ports, COUNT)
        with running_in_thread(config) as endpoints:
            ports = {each.name: httpx.URL(each.control_url).port or 0 for each in endpoints}
            second = ran(asked[::-1], ports, 7)
        with ThreadPoolExecutor(2) as pool:
            halves = [pool.submit(ran, mixed[start::2], there, 40) for start, there in ((0, one), (1, other))]
            left, right = (half.result() for half in halves)
    shared = Run(left.answers | right.answers, left.told | right.told, left.planned | right.planned)
    return first, second, shared


@pytest.mark.parametrize("which", [1, 2], ids=["by few, backwards", "by two processes"])
def test_every_body_is_the_same(runs: tuple[Run, Run, Run], which: int) -> None:
    """To the byte, with its status and the way it ended."""
    first, other = runs[0].answers, runs[which].answers
    assert COUNT == len(first) == len(other)
    assert [] == [name for name in first if first[name] != other[name]]


@pytest.mark.parametrize("which", [1, 2], ids=["by few, backwards", "by two processes"])
def test_the_same_faults_strike(runs: tuple[Run, Run, Run], which: int) -> None:
    """And the same stubs reply, with the same tokens, sent and counted."""
    first, other = runs[0].told, runs[which].told
    assert COUNT == len(first) == len(other)
    assert [] == [(first[name], other[name]) for name in first if first[name] != other[name]]


@pytest.mark.parametrize("which", [1, 2], ids=["by few, backwards", "by two processes"])
def test_the_same_times_are_planned(runs: tuple[Run, Run, Run], which: int) -> None:
    """To the microsecond, for each event of those that were looked at."""
    first, other = runs[0].planned, runs[which].planned
    assert first.keys() == other.keys()
    assert [] == [name for name in first if first[name] != other[name]]


def test_it_was_worth_comparing(runs: tuple[Run, Run, Run]) -> None:
    """All five dialects, streams and bodies, most faults, both stubs, resets and whole answers are among them."""
    struck = Counter(told.fault for told in runs[0].told.values())
    assert {fault.get("name", fault["do"]) for fault in FAULTS} <= struck.keys()
    assert COUNT * 0.2 < COUNT - struck[None] < COUNT * 0.8
    assert {"echo", "busy", None} == {told.stub for told in runs[0].told.values()}
    assert {"closed", "reset"} == {answer.ended for answer in runs[0].answers.values()}
    assert {200, 429, 500, 502, 503} <= {told.status for told in runs[0].told.values()}
    assert {1, 2, 3, 4} == {told.attempt for told in runs[0].told.values()}
