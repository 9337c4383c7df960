"""The composition root: from a configuration to listening upstreams, all in one process and one loop."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import uvicorn

from novastack_simulators.alarm import alarm
from novastack_simulators.composition import composed
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.control import control
from novastack_simulators.edge.asgi import twin
from novastack_simulators.edge.protocol import SimulatorProtocol
from novastack_simulators.edge.reply import Handler, Reply, Request
from novastack_simulators.setting import Clocks
from novastack_simulators.upstream import Upstream
from novastack_simulators.wheel import Wheel

LOGGER: Final = logging.getLogger("novastack.simulators")
BACKLOG: Final = 2048


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


class Server(uvicorn.Server):
    """uvicorn's server without its signal handlers: it says when it listens, and ends its streams after a grace."""

    def __init__(self, config: uvicorn.Config, *, grace: float) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self._grace = grace

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        timer = asyncio.get_running_loop().call_later(self._grace, self._cut)
        try:
            await super().shutdown(sockets=sockets)
        finally:
            timer.cancel()

    def _cut(self) -> None:
        for connection in list(self.server_state.connections):
            transport: Any = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()


class Listening(NamedTuple):
    """An upstream about to be served: its configuration, itself and its bound socket."""

    config: UpstreamConfig
    upstream: Upstream
    socket: socket.socket

    def endpoint(self, host: str) -> Endpoint:
        setting, port = self.upstream.setting, self.socket.getsockname()[1]
        origin = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        return Endpoint(
            name=setting.name,
            profile=self.config.profile,
            dialect=setting.dialect.name,
            base_url=origin + setting.dialect.base,
            control_url=f"{origin}/_sim",
            api_key=setting.api_keys[0],
            models=setting.profile.models,
        )


@contextlib.asynccontextmanager
async def running(config: SimulatorsConfig) -> AsyncIterator[tuple[Endpoint, ...]]:
    """Serves all upstreams while the context lasts. Raises PortTaken before any of them answers."""
    wheel = Wheel(alarm(asyncio.get_running_loop()))
    with contextlib.ExitStack() as sockets:
        sockets.callback(wheel.close)
        listening = [_listen(config, each, wheel, sockets) for each in config.upstreams]
        servers = [_server(config, each) for each in listening]
        tasks = [
            asyncio.ensure_future(server.serve(sockets=[each.socket]))
            for server, each in zip(servers, listening, strict=True)
        ]
        try:
            await asyncio.gather(*(server.listening.wait() for server in servers))
            yield tuple(each.endpoint(config.host) for each in listening)
        finally:
            for server in servers:
                server.should_exit = True
            await asyncio.gather(*tasks)


def _listen(config: SimulatorsConfig, each: UpstreamConfig, wheel: Wheel, sockets: contextlib.ExitStack) -> Listening:
    # The one place that reads the wall clock.
    upstream = composed(config, each, Clocks(wheel, time.time))  # noqa: TID251 - the edge reads the clock
    return Listening(each, upstream, sockets.enter_context(_bound(config.host, each)))


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


def _server(config: SimulatorsConfig, each: Listening) -> Server:
    handler, app = _guarded(each.upstream), control(each.upstream)
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


def run(config: SimulatorsConfig, *, on_ready: Callable[[Sequence[Endpoint]], object]) -> None:
    """Serves until SIGINT or SIGTERM, then stops cleanly. `on_ready` gets the endpoints once all listen."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        async with running(config) as endpoints:
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
