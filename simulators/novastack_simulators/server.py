"""The composition root: from a configuration to listening upstreams, all in one process and one loop."""

import asyncio
import contextlib
import importlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from novastack_simulators.alarm import alarm
from novastack_simulators.certificates import Files, default_folder, given, local_ca
from novastack_simulators.composition import composed
from novastack_simulators.config import Certificate, SimulatorsConfig, UpstreamConfig
from novastack_simulators.edge.asgi import twin
from novastack_simulators.edge.protocol import SimulatorProtocol
from novastack_simulators.edge.reply import Handler, Reply, Request
from novastack_simulators.edge.server import Server
from novastack_simulators.fleet import Fleet, Member
from novastack_simulators.flusher import Flusher
from novastack_simulators.journal import File
from novastack_simulators.renewal import Renewal
from novastack_simulators.setting import Clocks
from novastack_simulators.upstream import Upstream
from novastack_simulators.wheel import Wheel

LOGGER: Final = logging.getLogger("novastack.simulators")
BACKLOG: Final = 2048
# Importing it takes a third of a second and 8 MB.
CONTROL: Final = "novastack_simulators.control"


class PortTaken(OSError):  # noqa: N818 - the name says what is wrong
    """An upstream's port is in use; the message names upstream, host and port."""

    def __str__(self) -> str:
        return str(self.strerror)


class Endpoint(NamedTuple):
    """Where an upstream listens. `base_url` is for SDKs, `control_url` ends in /_sim, `api_key` is one it accepts."""

    name: str
    profile: str
    dialect: str
    base_url: str
    control_url: str
    api_key: str
    models: tuple[str, ...]


class Listening(NamedTuple):
    """An upstream about to be served: its configuration, itself and its bound socket."""

    config: UpstreamConfig
    upstream: Upstream
    socket: socket.socket

    def endpoint(self, host: str, scheme: str) -> Endpoint:
        setting, port = self.upstream.setting, self.socket.getsockname()[1]
        origin = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
        return Endpoint(
            name=setting.name,
            profile=self.config.profile,
            dialect=setting.dialect.name,
            base_url=origin + setting.dialect.base,
            control_url=f"{origin}/_sim",
            api_key=setting.api_keys[0],
            models=setting.profile.models,
        )


class Control:
    """The control plane of one upstream, put together when it is first asked for: nobody who starts waits for it.

    It is imported beside the loop, which goes on with what is under way; once that is done, nothing waits.
    """

    def __init__(self, upstream: Upstream, fleet: Fleet) -> None:
        self._upstream = upstream
        self._fleet = fleet
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not hasattr(sys.modules.get(CONTROL), "control"):
            await asyncio.get_running_loop().run_in_executor(None, importlib.import_module, CONTROL)
        if self._app is None:
            self._app = sys.modules[CONTROL].control(self._upstream, self._fleet)
        await self._app(scope, receive, send)


@contextlib.asynccontextmanager
async def running(config: SimulatorsConfig, fleet: Fleet | None = None) -> AsyncIterator[tuple[Endpoint, ...]]:
    """Serves all upstreams while the context lasts; `fleet` gets them, to change them while they run.

    Raises PortTaken before any of them answers, and TlsError without a certificate.
    """
    loop = asyncio.get_running_loop()
    whole = Fleet(config) if fleet is None else fleet
    tls = _certificate(config)
    wheel = Wheel(alarm(loop))
    with contextlib.ExitStack() as held:
        held.callback(wheel.close)
        file = _file(config, loop, held)
        listening = [_listen(config, each, wheel, held, file) for each in config.upstreams]
        servers = [_server(config, each, whole, tls) for each in listening]
        tasks = [
            asyncio.ensure_future(server.serve(sockets=[each.socket]))
            for server, each in zip(servers, listening, strict=True)
        ]
        try:
            await asyncio.gather(*(server.listening.wait() for server in servers))
            yield tuple(each.endpoint(config.host, "https" if tls else "http") for each in listening)
        finally:
            for server in servers:
                server.should_exit = True
            await asyncio.gather(*tasks)


def _certificate(config: SimulatorsConfig) -> Files | None:
    """What is shown to clients; None without TLS. Raises TlsError."""
    if isinstance(config.tls, Certificate):
        return given(config.tls.certificate, config.tls.key)
    return local_ca(default_folder(os.environ), (config.host,)) if config.tls else None


def _file(config: SimulatorsConfig, loop: asyncio.AbstractEventLoop, held: contextlib.ExitStack) -> File | None:
    """The file that all journals are written to, flushed twice a second."""
    if config.journal.file is None:
        return None
    file = File(config.journal.file, LOGGER.warning)
    flusher = Flusher(file, loop)
    held.callback(file.close)
    held.callback(flusher.stop)
    return file


def _listen(
    config: SimulatorsConfig, each: UpstreamConfig, wheel: Wheel, held: contextlib.ExitStack, file: File | None
) -> Listening:
    # The one place that reads the wall clock.
    upstream = composed(config, each, Clocks(wheel, time.time), file)  # noqa: TID251 - the edge reads the clock
    return Listening(each, upstream, held.enter_context(_bound(config.host, each)))


def _bound(host: str, each: UpstreamConfig) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, each.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        text = f"upstream {each.name} cannot listen on {host}:{each.port}: {reason}"
        raise PortTaken(error.errno, text) from error
    return listener


def _server(config: SimulatorsConfig, each: Listening, fleet: Fleet, tls: Files | None) -> Server:
    handler, app = _guarded(each.upstream), Control(each.upstream, fleet)
    fleet.members[each.upstream.setting.name] = Member(each.upstream, app)
    asgi = config.edge == "asgi"
    protocol: Any = partial(SimulatorProtocol, handler=handler, max_body_bytes=config.max_body_bytes)
    settings = uvicorn.Config(
        twin(handler, app, max_body_bytes=config.max_body_bytes) if asgi else app,
        http="httptools" if asgi else protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=75,
        ssl_certfile=tls and tls.certificate,
        ssl_keyfile=tls and str(tls.key),
    )
    return Server(settings, grace=config.grace)


def _guarded(upstream: Upstream) -> Handler:
    """A fault of our own is logged and resets the connection: it must neither hang a client nor pose as an answer."""

    def handle(request: Request, reply: Reply) -> None:
        try:
            upstream.handle(request, reply)
        except Exception:
            LOGGER.exception("upstream %s failed on %s %s", upstream.setting.name, request.method, request.path)
            reply.abort()

    return handle


def _loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop  # noqa: PLC0415 - not to be had on Windows

    return uvloop.new_event_loop()


def run(
    config: SimulatorsConfig,
    *,
    on_ready: Callable[[Sequence[Endpoint]], object],
    renewal: Renewal | None = None,
) -> None:
    """Serves until SIGINT or SIGTERM, then stops cleanly. `on_ready` gets the endpoints once all listen."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        fleet = Fleet(config)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        if renewal is not None:
            renewal.watch(loop, fleet)
        async with running(config, fleet) as endpoints:
            on_ready(endpoints)
            await stop.wait()

    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(main())


@contextlib.contextmanager
def running_in_thread(config: SimulatorsConfig) -> Iterator[tuple[Endpoint, ...]]:
    """Serves from a thread of its own while the context lasts: for tests and other code without a loop."""
    started: Started = Started()
    thread = threading.Thread(target=started.serve, args=(config,), name="novastack-simulators", daemon=True)
    thread.start()
    started.ready.wait()
    try:
        if started.error is not None:
            raise started.error
        yield started.endpoints
    finally:
        started.stop()
        thread.join()


class Started:
    """What the serving thread and its starter tell each other."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.endpoints: tuple[Endpoint, ...] = ()
        self.error: BaseException | None = None
        self._stop: Callable[[], object] = lambda: None

    def stop(self) -> None:
        self._stop()

    def serve(self, config: SimulatorsConfig) -> None:
        try:
            with asyncio.Runner(loop_factory=_loop) as runner:
                runner.run(self._serve(config))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that started this one
            self.error = error
        finally:
            self.ready.set()

    async def _serve(self, config: SimulatorsConfig) -> None:
        stop = asyncio.Event()
        async with running(config) as endpoints:
            self.endpoints = endpoints
            loop = asyncio.get_running_loop()
            self._stop = lambda: loop.call_soon_threadsafe(stop.set)
            self.ready.set()
            await stop.wait()
