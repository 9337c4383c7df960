"""What the gateway's tests stand on: raw connections to it, upstreams that do as they are told, and a lab of both."""

import contextlib
import json
import queue
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from gateway_upstreams import PATIENCE, Upstream

from novastack_gateway.config import GatewayConfig
from novastack_gateway.exchange import Exchange
from novastack_gateway.server import running_in_thread

KEY = "sk-test-of-the-open-caller-0001"
UPSTREAM_KEY = "sk-upstream-credential-0002"
ODD_KEY = "0ddly.shaped/credential=0003"
LIMIT = 100_000
FIRST = b'data: {"choices":[]}\n\n'
DONE = b"data: [DONE]\n\n"
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer " + KEY.encode() + b"\r\n"
CHUNKED = b"transfer-encoding: chunked"


def chat(text: str = "hi", **more: Any) -> bytes:
    return json.dumps({"model": "plain", "messages": [{"role": "user", "content": text}], **more}).encode()


def post(
    body: bytes,
    *headers: bytes,
    path: bytes = b"/v1/chat/completions",
    version: bytes = b"1.1",
    key: bytes = KEY.encode(),
) -> bytes:
    lines = [b"POST %b HTTP/%b" % (path, version), b"host: x", b"authorization: Bearer " + key, *headers]
    if not any(line.lower().startswith((b"transfer-encoding", b"content-length")) for line in headers):
        lines.append(b"content-length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def get(path: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    lines = [method + b" " + path + b" HTTP/1.1", b"host: x", b"authorization: Bearer " + KEY.encode(), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """One reply; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        return json.loads(self.body)["error"]


class Wire:
    """A raw connection to a server."""

    def __init__(self, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=PATIENCE)
        self.buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *parts: bytes) -> None:
        self.socket.sendall(b"".join(parts))

    def until(self, mark: bytes) -> bytes:
        """All that comes up to and with the mark."""
        while mark not in self.buffer:
            data = self.socket.recv(65536)
            assert data, f"closed before {mark!r}: {self.buffer!r}"
            self.buffer += data
        head, self.buffer = self.buffer.split(mark, 1)
        return head + mark

    def reply(self) -> Answer:
        """One whole reply, by its length or its chunks."""
        start, *lines = self.until(b"\r\n\r\n")[:-4].decode("latin-1").split("\r\n")
        status = int(start.split()[1])
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, b"".join(self._chunks()))
        size = int(headers.get("content-length", 0))
        while len(self.buffer) < size:
            data = self.socket.recv(65536)
            assert data, "closed in the body"
            self.buffer += data
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        return Answer(status, headers, body)

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.until(b"\r\n"), 16):
            while len(self.buffer) < size + 2:
                self.buffer += self.socket.recv(65536)
            yield self.buffer[:size]
            self.buffer = self.buffer[size + 2 :]
        self.until(b"\r\n")

    def rest(self) -> bytes:
        """All that comes until the server closes."""
        data = self.buffer
        with contextlib.suppress(ConnectionResetError):
            while more := self.socket.recv(65536):
                data += more
        return data


def upstream_config(name: str, dialect: str, base_url: str, key: str = UPSTREAM_KEY, **model: Any) -> dict[str, Any]:
    entry = {"id": name, "upstream_id": f"vendor-{name}", "context_window": 1000, "max_output_tokens": 500, **model}
    return {"name": name, "dialect": dialect, "base_url": base_url, "api_key": key, "models": [entry]}


def caller_config(name: str, key: str, limit: int | None = None) -> dict[str, Any]:
    return {"name": name, "key": key, "requests_per_minute": limit}


@dataclass
class Lab:
    """A gateway in front of two upstreams: `plain` speaks OpenAI's dialect, `claude` Anthropic's."""

    url: str
    plain: Upstream
    claude: Upstream
    exchanges: "queue.Queue[Exchange]"

    def wire(self) -> Wire:
        return Wire(self.url)

    def ask(self, *request: bytes) -> Answer:
        """One request on a connection of its own."""
        with self.wire() as wire:
            wire.send(*request)
            return wire.reply()

    def texts(self) -> list[str]:
        """What was asked of the plain upstream."""
        return [json.loads(each.body)["messages"][0]["content"] for each in self.plain.asked]

    def settled(self) -> Exchange:
        return self.exchanges.get(timeout=PATIENCE)

    def reset(self) -> None:
        self.plain.reset()
        self.claude.reset()
        with contextlib.suppress(queue.Empty):
            while True:
                self.exchanges.get_nowait()


def lab_config(plain: str, claude: str, callers: Sequence[dict[str, Any]] = (), **more: Any) -> GatewayConfig:
    return GatewayConfig.model_validate(
        {
            "port": 0,
            "max_body_bytes": LIMIT,
            "callers": [caller_config("open", KEY), *callers],
            "upstreams": [
                upstream_config("plain", "openai", plain, aliases=["Plain-Model"]),
                upstream_config("claude", "anthropic", claude, key=ODD_KEY),
            ],
            "timeouts": {"connect": 1.0, "first_byte": 0.4, "between_bytes": 0.4},
            **more,
        }
    )


@contextlib.contextmanager
def running_lab(callers: Sequence[dict[str, Any]] = ()) -> Iterator[Lab]:
    plain, claude = Upstream(), Upstream()
    exchanges: queue.Queue[Exchange] = queue.Queue()
    try:
        with running_in_thread(lab_config(plain.url, claude.url, callers), log=exchanges.put) as url:
            yield Lab(url, plain, claude, exchanges)
    finally:
        plain.close()
        claude.close()
