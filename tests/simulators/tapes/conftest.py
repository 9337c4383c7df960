"""A recorder in a thread of its own, upstreams that follow a script, raw callers, and tapes made by hand."""

import asyncio
import contextlib
import queue
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Self

import pytest
import uvicorn

from novastack_simulators.alarm import alarm
from novastack_simulators.edge.protocol import SimulatorProtocol
from novastack_simulators.journal import Journal
from novastack_simulators.lateness import Lateness
from novastack_simulators.playback import Playback, Stage
from novastack_simulators.server import Server
from novastack_simulators.tapes import Reel, Tape, load
from novastack_simulators.tapes.recorder.base import base
from novastack_simulators.tapes.recorder.book import Kept
from novastack_simulators.tapes.recorder.server import Recording, recording
from novastack_simulators.tapes.tape import Chunk, Request, Response, packed
from novastack_simulators.wheel import Wheel

BOUND = 10.0
LINGER = struct.pack("ii", 1, 0)


class Peer:
    """An upstream's end of a connection: reads a request, then does what its script says."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._buffer = b""

    def request(self) -> bytes:
        """One whole request as it came; empty when there is no more."""
        while b"\r\n\r\n" not in self._buffer:
            data = self.socket.recv(65536)
            if not data:
                return b""
            self._buffer += data
        head, _, body = self._buffer.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        size = int(lengths[0]) if lengths else 0
        while len(body) < size:
            body += self.socket.recv(65536)
        self._buffer = body[size:]
        return head + b"\r\n\r\n" + body[:size]

    def send(self, *parts: bytes) -> None:
        self.socket.sendall(b"".join(parts))

    def rst(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        self.socket.close()

    def gone(self) -> bool:
        """Waits until the other side has left."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True


Script = Callable[[Peer, bytes], Any]


class Scripted:
    """An endpoint that answers every request by one script; what arrived is in `requests`."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self.requests: list[bytes] = []
        self.failures: list[BaseException] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections = 0
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(BOUND)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is not None:
            try:
                connection = self._tls.wrap_socket(connection, server_side=True)
            except (ssl.SSLError, ConnectionError):
                connection.close()  # the recorder did not trust it
                return
        with connection:
            peer = Peer(connection)
            try:
                while request := peer.request():
                    self.requests.append(request)
                    if self._script(peer, request) is False:
                        break
            except BaseException as error:  # noqa: BLE001 - raised again in the test
                self.failures.append(error)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self._threads:
            thread.join(BOUND)
        if self.failures:
            raise self.failures[0]


class Recorder:
    """A running recorder: where callers come in, and what became of each exchange."""

    def __init__(self, url: str, out: Path, kept: "queue.Queue[Kept]") -> None:
        self.url = url
        self.port = int(url.rpartition(":")[2])
        self.out = out
        self._kept = kept

    def kept(self) -> Kept:
        """What became of the next exchange that ended."""
        return self._kept.get(timeout=BOUND)

    def tape(self) -> Tape:
        """The tape of the next exchange that ended."""
        kept = self.kept()
        assert kept.file, kept.why
        (tape,) = load(Path(kept.file))
        return tape

    def call(self) -> "Wire":
        return Wire(self.port)


class Wire:
    """A raw caller."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=BOUND)
        self.got = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *parts: bytes) -> None:
        self.socket.sendall(b"".join(parts))

    def until(self, mark: bytes) -> bytes:
        """All that came, up to and with the mark."""
        while mark not in self.got:
            data = self.socket.recv(65536)
            assert data, f"closed before {mark!r}: {self.got!r}"
            self.got += data
        found, _, self.got = self.got.partition(mark)
        return found + mark

    def head(self) -> bytes:
        return self.until(b"\r\n\r\n")

    def rest(self) -> bytes:
        """All that comes until the other side closes. Raises ConnectionResetError if it resets."""
        while data := self.socket.recv(65536):
            self.got += data
        return self.got


def _post(body: bytes, *headers: bytes, target: bytes = b"/v1/chat/completions", version: bytes = b"1.1") -> bytes:
    lines = [b"POST " + target + b" HTTP/" + version, b"Host: recorder", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _head(*headers: bytes, status: bytes = b"200 OK") -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + status, *headers]) + b"\r\n\r\n"


def _dechunked(wire: bytes) -> list[bytes]:
    """The transfer chunks on a wire, by a reader of its own."""
    chunks = []
    while True:
        size, _, wire = wire.partition(b"\r\n")
        if not int(size, 16):
            return chunks
        chunks.append(wire[: int(size, 16)])
        assert b"\r\n" == wire[int(size, 16) :][:2]
        wire = wire[int(size, 16) + 2 :]


@contextlib.contextmanager
def _recorder_of(url: str, out: Path, **more: Any) -> Iterator[Recorder]:
    """Records an endpoint from a thread while the context lasts."""
    ready: queue.Queue[Any] = queue.Queue()
    kept: queue.Queue[Kept] = queue.Queue()

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        async with recording(Recording(base(url), out, **more), kept.put) as listening:
            ready.put((listening, lambda: loop.call_soon_threadsafe(stop.set)))
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    listening, stop = ready.get(timeout=BOUND)
    try:
        yield Recorder(listening, out, kept)
    finally:
        stop()
        thread.join()


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    """Starts endpoints that follow a script; what failed in them fails the test."""
    made: list[Scripted] = []

    def start(script: Script, tls: ssl.SSLContext | None = None) -> Scripted:
        made.append(Scripted(script, tls))
        return made[-1]

    yield start
    for endpoint in made:
        endpoint.close()


Records = Callable[..., Recorder]


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Starts recorders; all are stopped at the end."""
    with contextlib.ExitStack() as stack:
        yield lambda url, **more: stack.enter_context(_recorder_of(url, more.pop("out", tmp_path / "tapes"), **more))


@pytest.fixture
def recorded(scripted: Callable[..., Scripted], records: Records) -> Callable[..., tuple[Recorder, Scripted]]:
    """A recorder in front of an endpoint that follows a script."""

    def start(script: Script, **more: Any) -> tuple[Recorder, Scripted]:
        endpoint = scripted(script, more.pop("tls", None))
        return records(endpoint.url + more.pop("path", ""), **more), endpoint

    return start


def _chunked(*chunks: tuple[int, bytes]) -> tuple[Chunk, ...]:
    return tuple(Chunk(us=us, data=packed(data)) for us, data in chunks)


STREAM = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
JSON = {"content-type": "application/json"}


def _tape(*chunks: tuple[int, bytes], body: bytes = b"{}", headers: dict[str, str] | None = None, **more: Any) -> Tape:
    """A tape of chunks that came at times; what is not given is not of interest."""
    path = more.pop("path", "/v1/chat/completions")
    last = chunks[-1][0] if chunks else 0
    response = Response(
        us=more.pop("head", chunks[0][0] if chunks else 0),
        status=more.pop("status", 200),
        headers=STREAM if headers is None else headers,
        chunks=_chunked(*chunks),
        trailers=more.pop("trailers", {}),
    )
    fields = {"response": response, "ended": "complete", "us": last, **more}
    return Tape(
        version=1,
        upstream="http://127.0.0.1",
        recorded="2026-11-24T00:00:00.000000+00:00",
        request=Request(method=fields.pop("method", "POST"), path=path, body=packed(body)),
        **fields,
    )


@pytest.fixture(scope="session")
def taped() -> Callable[..., Tape]:
    return _tape


@pytest.fixture(scope="session")
def post() -> Callable[..., bytes]:
    return _post


@pytest.fixture(scope="session")
def head() -> Callable[..., bytes]:
    return _head


@pytest.fixture(scope="session")
def dechunked() -> Callable[[bytes], list[bytes]]:
    return _dechunked


class Player:
    """Replays a reel on a socket of its own, through the simulators' edge."""

    def __init__(self, port: int) -> None:
        self.port = port

    def call(self) -> Wire:
        return Wire(self.port)


@contextlib.contextmanager
def _playing(reel: Reel) -> Iterator[Player]:
    ready: queue.Queue[Any] = queue.Queue()
    listener = socket.create_server(("127.0.0.1", 0))

    async def main() -> None:
        loop = asyncio.get_running_loop()
        wheel = Wheel(alarm(loop))
        stage = Stage(wheel, time.monotonic, Lateness())
        journal = Journal("it")

        def handle(request: Any, reply: Any) -> None:
            found = reel.find(request.method, request.path, request.body, 1)
            assert isinstance(found, Tape), found
            entry = journal.open(request.method, request.path, {}, now=0.0)
            Playback(reel.planned(found, 0), reply, entry, stage).begin()

        protocol: Any = partial(SimulatorProtocol, handler=handle, max_body_bytes=1 << 20)
        config = uvicorn.Config(protocol, http=protocol, ws="none", lifespan="off", log_config=None, access_log=False)
        server = Server(config, grace=0.1)
        ready.put(lambda: loop.call_soon_threadsafe(setattr, server, "should_exit", True))
        await server.serve(sockets=[listener])
        wheel.close()

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    stop = ready.get(timeout=BOUND)
    try:
        yield Player(listener.getsockname()[1])
    finally:
        stop()
        thread.join()
        listener.close()


@pytest.fixture
def playing() -> Iterator[Callable[[Reel], Player]]:
    with contextlib.ExitStack() as stack:
        yield lambda reel: stack.enter_context(_playing(reel))


@pytest.fixture(scope="session")
def recorder_of() -> Callable[..., contextlib.AbstractContextManager[Recorder]]:
    return _recorder_of


@pytest.fixture(scope="session")
def wire_to() -> Callable[[int], Wire]:
    return Wire
