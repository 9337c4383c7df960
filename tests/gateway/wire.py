"""What the gateway's tests stand on: raw connections to it, upstreams that do as they are told, and a lab of both."""

import contextlib
import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from novastack_gateway.config import GatewayConfig
from novastack_gateway.exchange import Exchange
from novastack_gateway.server import running_in_thread

KEY = "sk-test-of-the-open-caller-0001"
UPSTREAM_KEY = "sk-upstream-credential-0002"
ODD_KEY = "0ddly.shaped/credential=0003"
PATIENCE = 5.0
USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


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


class Asked:
    """One request that reached an upstream, and the connection to answer it on."""

    def __init__(self, head: bytes, body: bytes, connection: socket.socket) -> None:
        self.head = head
        self.body = body
        self.connection = connection
        self.start, *lines = head.decode("latin-1").split("\r\n")
        self.headers = [tuple(line.split(": ", 1)) for line in lines if line]

    def header(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def send(self, *parts: bytes) -> None:
        self.connection.sendall(b"".join(parts))

    def reply(self, body: bytes, *headers: bytes, status: int = 200) -> None:
        lines = [b"HTTP/1.1 %d X" % status, b"content-length: %d" % len(body), *headers]
        if not any(line.lower().startswith(b"content-type") for line in headers):
            lines.append(b"content-type: application/json")
        self.send(b"\r\n".join(lines), b"\r\n\r\n", body)

    def stream(self, *events: bytes, end: bool = True) -> None:
        """A chunked event stream, one chunk per event."""
        self.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for event in events:
            self.send(b"%x\r\n%b\r\n" % (len(event), event))
        if end:
            self.send(b"0\r\n\r\n")

    def hung_up(self) -> bool:
        """Waits until the gateway closes the connection."""
        self.connection.settimeout(PATIENCE)
        try:
            return self.connection.recv(1) == b""
        except ConnectionResetError:
            return True


def well(asked: Asked) -> None:
    """The usual answer: it repeats what was asked."""
    value = {"id": "x", "object": "chat.completion", "choices": [], "usage": USAGE, "asked": json.loads(asked.body)}
    asked.reply(json.dumps(value).encode())


@dataclass
class Upstream:
    """A server that answers each request with `answer`, and remembers all that arrived."""

    answer: Callable[[Asked], None] = well
    asked: list[Asked] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections = 0
        self.open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                self.open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                while (asked := read_request(connection)) is not None:
                    self.asked.append(asked)
                    self.answer(asked)
                    if connection.fileno() < 0:
                        return
        except OSError:
            pass  # the gateway, or the test, has closed it
        except BaseException as error:  # noqa: BLE001 - shown by the fixture that stops this upstream
            self.failures.append(error)

    def reset(self, answer: Callable[[Asked], None] = well) -> None:
        self.answer = answer
        self.asked.clear()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        assert self.failures == []


def read_request(connection: socket.socket) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    size = int(next(line.split(b":")[1] for line in head.split(b"\r\n") if line.startswith(b"content-length")))
    while len(body) < size:
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    return Asked(head, body, connection)


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
            "max_body_bytes": 100_000,
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
