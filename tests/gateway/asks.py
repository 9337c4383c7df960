"""Chat requests as dialects are given them, and pipelines whose upstream is a function."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from novastack_gateway.callers import Caller, Callers, digest
from novastack_gateway.dialects import DIALECTS, Ask
from novastack_gateway.edge import Request
from novastack_gateway.envelope import read_envelope
from novastack_gateway.errors import Header, Problem, too_large
from novastack_gateway.exchange import Exchange
from novastack_gateway.limits import SlidingLog
from novastack_gateway.pipeline import Clock, Pipeline
from novastack_gateway.routing import Destination, Table
from novastack_gateway.sse import Events
from novastack_gateway.transport import UpstreamReply, UpstreamRequest
from novastack_gateway.transport.memory import MemoryReply, MemoryTransport
from novastack_gateway.upstream import Upstream

KEY = b"sk-of-the-client-0123456789"
SECRET = "0ddly.shaped/credential=0003"
EVENT_STREAM = (b"content-type", b"text/event-stream")


def ask_of(body: bytes, *, model: str = "vendor", max_output_tokens: int = 1000) -> Ask:
    return Ask(body, read_envelope(body), model, max_output_tokens, 1_700_000_000.5)


def ask(messages: Any = None, **more: Any) -> Ask:
    messages = [{"role": "user", "content": "hi"}] if messages is None else messages
    return ask_of(json.dumps({"model": "public", "messages": messages, **more}).encode())


def sse(*events: tuple[str, Any]) -> bytes:
    """Events of the Messages API."""
    return b"".join(f"event: {name}\ndata: {json.dumps(value)}\n\n".encode() for name, value in events)


def translate(asked: Ask, pieces: Sequence[bytes], dialect: str = "anthropic") -> bytes:
    """What the client of a stream is sent, whatever the cuts between the pieces."""
    stream, events = DIALECTS[dialect].stream(asked), Events()
    return b"".join(stream.feed(event) for piece in pieces for event in events.feed(piece))


def chunks(data: bytes) -> list[dict[str, Any]]:
    """The JSON chunks of a chat completion stream; it must end in [DONE]."""
    events = [event.removeprefix(b"data: ") for event in data.split(b"\n\n") if event]
    assert b"[DONE]" == events[-1]
    return [json.loads(event) for event in events[:-1]]


def problem_of(call: Callable[..., Any], *arguments: Any) -> Problem:
    """The problem that a call must raise."""
    try:
        call(*arguments)
    except Problem as problem:
        return problem
    raise AssertionError("nothing was refused")


@dataclass
class Told:
    """A reply that remembers what it was told."""

    status: int | None = None
    headers: list[Header] = field(default_factory=list)
    body: bytes = b""
    writes: list[bytes] = field(default_factory=list)
    started: bool = False
    closed: bool = False
    aborted: bool = False

    def start(self, status: int, headers: Sequence[Header]) -> None:
        assert not self.started
        self.status, self.headers, self.started = status, list(headers), True

    def write(self, data: bytes) -> None:
        assert self.started or not data
        self.body += data
        self.writes.append(data)

    def end(self) -> None:
        self.closed = True

    def send(self, status: int, headers: Sequence[Header], body: bytes) -> None:
        self.start(status, headers)
        self.write(body)
        self.end()

    def abort(self) -> None:
        self.aborted = self.closed = True

    async def drain(self) -> None:
        """Nobody reads slowly here."""

    def header(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.headers if key == name]

    @property
    def error(self) -> dict[str, Any]:
        return json.loads(self.body)["error"]


@dataclass
class Bench:
    """A pipeline with a clock of its own, whose upstreams answer with `reply`."""

    replies: Callable[[UpstreamRequest], UpstreamReply | Exception]
    now: float = 1000.0
    limit: int | None = None
    exchanges: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.transports = {name: MemoryTransport(self._send) for name in DIALECTS}
        self.pipeline = Pipeline(
            callers=Callers([Caller(name="someone", digest=digest(KEY), requests_per_minute=self.limit)]),
            table=Table(Destination(name, (name,)) for name in DIALECTS),
            limits=SlidingLog(),
            upstreams={name: self._upstream(name) for name in DIALECTS},
            clock=Clock(monotonic=lambda: self.now, wall=lambda: 1_700_000_000.0),
            new_id=lambda: b"req_new",
            settle=self.exchanges.append,
            max_body_bytes=1_000_000,
        )

    async def _send(self, request: UpstreamRequest) -> UpstreamReply:
        reply = self.replies(request)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _upstream(self, name: str) -> Upstream:
        dialect = DIALECTS[name]
        return Upstream(
            name=name,
            dialect=dialect,
            credential=dialect.credential(SECRET),
            models={name: (f"vendor-{name}", 1000)},
            transport=self.transports[name],
            secret=SECRET,
        )

    async def ask(self, body: bytes, *headers: Header, key: bytes | None = KEY, path: str | None = None) -> Told:
        async def read(limit: int) -> bytes:
            if len(body) > limit:
                raise too_large(limit)
            return body

        told = Told()
        given = [*headers] if key is None else [(b"authorization", b"Bearer " + key), *headers]
        await self.pipeline.chat(Request("POST", "/v1/chat/completions", given, read, path), told)
        return told


def json_reply(value: Any, status: int = 200, *headers: Header) -> MemoryReply:
    return MemoryReply(status, [(b"content-type", b"application/json"), *headers], [json.dumps(value).encode()])


def stream_reply(*pieces: bytes, fails: Exception | None = None) -> MemoryReply:
    return MemoryReply(200, [EVENT_STREAM], pieces, fails)
