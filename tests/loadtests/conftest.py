"""A laboratory in one server: a small gateway with named defects, and the journals of the three upstreams behind it.

Everything is on a real socket, so that the load tests meet it as they meet any gateway.
"""

import itertools
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import ceil
from typing import Any

import pytest

from novastack_loadtests.call import Call, Plan, names
from novastack_loadtests.evidence import Evidence, gather
from novastack_loadtests.journals import Entry, Journal
from novastack_loadtests.ledger import End, Ledger, Record, Reply, Times

UPSTREAMS = ("qwen3-235b-a22b", "deepseek-v4-pro", "claude-opus-4-7")
ALIASES = {"qwen3-235b-a22b": UPSTREAMS[0], "deepseek-v4-pro": UPSTREAMS[1], "claude-opus-4.7": UPSTREAMS[2]}
KEY = "sk-novastack-dev"


class Lab:
    """The gateway's state. `defect` is the one thing it does wrong, or None."""

    def __init__(self, *, defect: str | None = None, limit: int = 10_000, window: float = 60.0) -> None:
        self.defect, self.limit, self.window = defect, limit, window
        self.journals: dict[str, list[dict[str, Any]]] = {name: [] for name in UPSTREAMS}
        self.admitted: deque[float] = deque()
        self.epoch: float | None = None
        self.numbers = itertools.count(1)
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.url = ""

    @property
    def simulators(self) -> tuple[str, ...]:
        return tuple(f"{self.url}/simulators/{name}" for name in UPSTREAMS)

    def admit(self, now: float) -> tuple[bool, int, float]:
        """Allowed, remaining, seconds until the next slot: a sliding log, unless a defect says otherwise."""
        with self.lock:
            self.epoch = self.epoch or now
            while self.admitted and self._expired(now):
                self.admitted.popleft()
            size = {"over-admit": self.limit + 5, "under-admit": self.limit - 5}.get(self.defect or "", self.limit)
            allowed = len(self.admitted) < size
            if allowed:
                self.admitted.append(now)
            remaining = max(0, self.limit - len(self.admitted))
            return allowed, remaining, self._opens() - now

    def _number(self, now: float) -> int:
        # The fixed window's boundaries lie at 0.4 windows after the first request.
        return int((now - (self.epoch or now)) / self.window + 0.6)

    def _expired(self, now: float) -> bool:
        if self.defect == "fixed-window":
            return self._number(self.admitted[0]) < self._number(now)
        return self.admitted[0] <= now - self.window

    def _opens(self) -> float:
        if self.defect == "fixed-window":
            return (self.epoch or 0.0) + (self._number(self.admitted[0]) + 0.4) * self.window
        return self.admitted[0] + self.window

    def route(self, path: str, header: str | None, model: str) -> str | None:
        """Path over header over model."""
        named = re.fullmatch(r"/([^/]+)/v1/chat/completions", path)
        name = ALIASES.get(model.lower(), model.lower())
        wanted = named[1] if named else header or name
        return wanted if wanted in UPSTREAMS else None

    def note(self, upstream: str, request_id: str | None, canary: str | None, status: int = 200) -> None:
        now = time.monotonic() + OFFSET
        entry = {"upstream": upstream, "request_id": request_id, "canary": canary, "status": status, "arrived": now}
        self.journals[upstream].append(entry)


OFFSET = time.time() - time.monotonic()  # noqa: TID251 - the fake's journal has a clock of its own


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive; chunked streams written by hand."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    lab: Lab

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        _, _, name, rest = self.path.split("/", 3)
        if rest == "_sim":
            self.answer(200, {"upstream": name, "models": [name]})
        else:
            self.answer(200, {"entries": self.lab.journals[name], "dropped": 0})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        number = next(self.lab.numbers)
        if self.lab.defect == "silent":
            self.lab.closing.wait(30)
            return
        if self.lab.defect == "redirect":
            self.facts = {"location": f"{self.lab.url}/elsewhere"}
            self.answer(307, {})
            return
        if self.headers["authorization"] != f"Bearer {KEY}":
            self.answer(401, {"error": {"message": "wrong key"}})
            return
        allowed, remaining, wait = self.lab.admit(time.monotonic())
        self.facts = {
            "x-ratelimit-limit-requests": self.lab.limit,
            "x-ratelimit-remaining-requests": remaining - (self.lab.limit if self.lab.defect == "negative" else 0),
            "x-request-id": self.headers["x-request-id"],
        }
        if allowed:
            self.admitted(body, number)
        else:
            self.refused(body, wait)

    def refused(self, body: dict[str, Any], wait: float) -> None:
        if self.lab.defect == "leaky-refusal":
            self.sight(UPSTREAMS[0], body)
        told = 1 if self.lab.defect == "lying-retry-after" else max(1, ceil(wait))
        precise = 1000 if self.lab.defect == "lying-retry-after" else max(1, ceil(wait * 1000))
        self.facts |= {} if self.lab.defect == "no-retry-after" else {"retry-after": told, "retry-after-ms": precise}
        self.answer(429, {"error": {"message": "slow down"}})

    def admitted(self, body: dict[str, Any], number: int) -> None:
        upstream = self.lab.route(self.path, self.headers["X-Forwarded-To"], body["model"])
        if upstream is None:
            self.answer(404, {"error": {"message": "no such route"}})
            return
        if self.lab.defect == "misroute" and number % 20 == 0:
            upstream = UPSTREAMS[(UPSTREAMS.index(upstream) + 1) % 3]
        for _ in range(2 if self.lab.defect == "duplicate" and number % 10 == 0 else 1):
            self.sight(upstream, body)
        lie = self.lab.defect == "wrong-name" and number % 10 == 0
        named = UPSTREAMS[(UPSTREAMS.index(upstream) + 1) % 3] if lie else upstream
        self.facts["x-novastack-upstream"] = named
        self.say(body, number)

    def sight(self, upstream: str, body: dict[str, Any]) -> None:
        stripped = self.lab.defect == "strips-ids"
        self.lab.note(upstream, None if stripped else self.headers["x-request-id"], self.canary(body))

    def canary(self, body: dict[str, Any]) -> str:
        return str(body["messages"][-1]["content"]).rpartition("canary:")[2]

    def say(self, body: dict[str, Any], number: int) -> None:
        text = f"Here you are. canary:{self.canary(body)}"
        if self.lab.defect == "crosstalk" and number % 10 == 0:
            text = "Here you are. canary:can-somebody-else"
        if body.get("stream"):
            self.stream(text, number)
        else:
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            self.answer(200, {"choices": [choice], "usage": {"completion_tokens": 9}})

    def stream(self, text: str, number: int) -> None:
        self.send_response(200)
        for name, value in {**self.facts, "content-type": "text/event-stream", "transfer-encoding": "chunked"}.items():
            self.send_header(name, str(value))
        self.end_headers()
        for piece in (text[:10], text[10:]):
            self.event({"choices": [{"index": 0, "delta": {"content": piece}}]})
        if self.lab.defect == "cut-stream" and number % 10 == 0:
            self.close_connection = True
            return
        self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self.piece(b"data: [DONE]\n\n")
        self.piece(b"")

    def event(self, chunk: dict[str, Any]) -> None:
        self.piece(b"data: " + json.dumps(chunk).encode() + b"\n\n")

    def piece(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.flush()

    def answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**getattr(self, "facts", {}), "content-length": len(data)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(data)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


@contextmanager
def serving(lab: Lab) -> Iterator[Lab]:
    server = Server(("127.0.0.1", 0), type("LabHandler", (Handler,), {"lab": lab}))
    lab.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield lab
    finally:
        lab.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def laboratory() -> Iterator[Callable[..., Lab]]:
    """Starts a laboratory: `laboratory(defect=..., limit=..., window=...)`."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(serving(Lab(**settings)))


class Desk:
    """Builds evidence by hand. Times are seconds; a request takes 1 ms unless told otherwise."""

    run = "test"

    def plan(self, **changes: Any) -> Plan:
        fields = {"run": self.run, "scenario": "ratelimit", "target": "http://127.0.0.1:1", "rate": 1.0}
        return Plan(**{**fields, "duration": 10.0, "users": 10, "stream_share": 0.0, **changes})

    def call(self, index: int, **changes: Any) -> Call:
        request_id, canary = names(self.run, index)
        fields = {"scenario": "routing", "route": "id", "expected": UPSTREAMS[0], "path": "/v1/chat/completions"}
        rest = {"model": UPSTREAMS[0], "stream": False, **changes}
        return Call(index=index, id=request_id, canary=canary, **{**fields, **rest})

    def record(self, index: int, at: float | None = None, reply: Any = None, **changes: Any) -> Record:
        """A request at second `at` (its index, by default), answered unless `reply` says otherwise."""
        call = self.call(index, **changes)
        start = float(index) if at is None else at
        times = Times(intended=start, started=start, first_byte=start + 0.001, ended=start + 0.001)
        return Record(call=call, times=times, reply=self.answer(call) if reply is None else reply)

    def answer(self, call: Call, **changes: Any) -> Reply:
        fields = {"outcome": "answered", "status": 200, "upstream": call.expected, "canaries": (call.canary,)}
        counts = {"limit": "5", "remaining": "1", "finishes": ("stop",)}
        return Reply(**{**fields, **counts, **changes})

    def refusal(self, retry_after: str | None = "1", **changes: Any) -> Reply:
        fields = {"limit": "5", "remaining": "0", "retry_after": retry_after}
        return Reply(outcome="refused", status=429, **{**fields, **changes})

    def entry(self, record: Record, **changes: Any) -> Entry:
        fields = {"upstream": record.call.expected, "request_id": record.call.id, "canary": record.call.canary}
        return Entry(**{**fields, "status": 200, "arrived": record.times.started + 0.0005, **changes})

    def evidence(
        self, records: Any, entries: Any = None, *, probe: Any = None, end: Any = True, **plan: Any
    ) -> Evidence:
        """`entries` None: no journals; else all that the simulators saw. `end` True: all calls have ended."""
        rows = tuple(records)
        last = End(claimed=len(rows)) if end is True else end
        ledger = Ledger(plan=self.plan(**plan), records=rows, probe=probe, end=last)
        seen = tuple(entries or ())
        journals = [
            Journal(url=f"http://{name}", upstream=name, entries=tuple(each for each in seen if each.upstream == name))
            for name in UPSTREAMS
        ]
        return gather(ledger, [] if entries is None else journals)

    def whole(self, records: Any, **settings: Any) -> Evidence:
        """Evidence in which the journals saw exactly the answered ones."""
        rows = tuple(records)
        probe = settings.get("probe")
        answered = [row for row in (*rows, *([probe] if probe else [])) if row.reply.status == 200]
        return self.evidence(rows, [self.entry(row) for row in answered], **settings)


@pytest.fixture(scope="session")
def desk() -> Desk:
    return Desk()
