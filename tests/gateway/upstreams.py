"""Upstreams that do as they are told, and remember all that arrived."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE = 5.0
USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


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
