"""The composition root: it knows the concrete classes, the clocks and the sockets, and puts them together."""

import asyncio
import contextlib
import re
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import uvicorn

from novastack_gateway.api import application
from novastack_gateway.callers import Caller, Callers, digest
from novastack_gateway.config import GatewayConfig, UpstreamConfig
from novastack_gateway.dialects import DIALECTS
from novastack_gateway.edge.protocol import Hot, edge_protocol
from novastack_gateway.exchange import Exchange
from novastack_gateway.limits import SlidingLog
from novastack_gateway.log import Log
from novastack_gateway.metrics import Metrics
from novastack_gateway.models import Catalog
from novastack_gateway.pipeline import Clock, Pipeline
from novastack_gateway.routing import PATH_TAIL, Destination, Match, Route, Table
from novastack_gateway.transport.network import NetworkTransport
from novastack_gateway.upstream import Upstream

_HOT_PATH: Final = re.compile(rb"(?:/(?P<upstream>[A-Za-z0-9._-]+))?" + re.escape(PATH_TAIL).encode())
_BACKLOG: Final = 2048


class PortTaken(OSError):  # noqa: N818 - reads as a sentence where it is raised
    """The address that the gateway was told to listen on is in use."""


@dataclass(frozen=True)
class Gateway:
    """The parts that belong together: the application, the hot routes and the table behind them."""

    app: Any
    hot: Hot
    table: Table
    upstreams: dict[str, Upstream]

    def close(self) -> None:
        for upstream in self.upstreams.values():
            upstream.transport.close()


def table_of(config: GatewayConfig) -> Table:
    """The routing table alone: all that `novastack explain` needs."""
    destinations = (
        Destination(
            upstream.name,
            tuple(model.id for model in upstream.models),
            tuple((alias, model.id) for model in upstream.models for alias in model.aliases),
        )
        for upstream in config.upstreams
    )
    routes = (
        Route(
            route.name,
            Match(
                route.match.model,
                route.match.path_upstream,
                next(((name.lower(), value) for name, value in (route.match.header or {}).items()), None),
            ),
            route.upstream,
            route.model,
        )
        for route in config.routes
    )
    return Table(destinations, routes)


def build(config: GatewayConfig, *, log: Callable[[Exchange], None]) -> Gateway:
    """Everything but the listener."""
    table = table_of(config)
    metrics = Metrics()
    upstreams = {upstream.name: _upstream(upstream, config) for upstream in config.upstreams}

    def settle(exchange: Exchange) -> None:
        metrics.observe(exchange)
        log(exchange)

    pipeline = Pipeline(
        callers=Callers(
            Caller(
                name=caller.name,
                digest=digest(caller.key.get_secret_value().encode()),
                requests_per_minute=caller.requests_per_minute,
            )
            for caller in config.callers
        ),
        table=table,
        limits=SlidingLog(),
        upstreams=upstreams,
        clock=Clock(monotonic=time.monotonic, wall=time.time),  # noqa: TID251 - clocks are read here and nowhere else
        new_id=lambda: b"req_" + secrets.token_hex(12).encode(),
        settle=settle,
        max_body_bytes=config.max_body_bytes,
    )
    app = application(pipeline=pipeline, catalog=Catalog(config, table), metrics=metrics)
    return Gateway(app, _hot(pipeline), table, upstreams)


def _hot(pipeline: Pipeline) -> Hot:
    def hot(method: bytes, path: bytes) -> Any:
        found = _HOT_PATH.fullmatch(path) if method == b"POST" else None
        if found is None:
            return None
        upstream = found["upstream"]
        return pipeline.chat, upstream.decode() if upstream else None

    return hot


def _upstream(upstream: UpstreamConfig, config: GatewayConfig) -> Upstream:
    dialect = DIALECTS[upstream.dialect]
    secret = upstream.api_key.get_secret_value()
    return Upstream(
        name=upstream.name,
        dialect=dialect,
        credential=dialect.credential(secret),
        models={model.id: (model.upstream_id or model.id, model.max_output_tokens) for model in upstream.models},
        transport=NetworkTransport(
            str(upstream.base_url),
            connect=config.timeouts.connect,
            first_byte=config.timeouts.first_byte,
            between_bytes=config.timeouts.between_bytes,
        ),
        secret=secret,
    )


def listen(config: GatewayConfig) -> socket.socket:
    """A listening socket.

    Raises PortTaken, which names the address.
    """
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((config.host, config.port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise PortTaken(
            error.errno, f"The gateway cannot listen on {config.host} port {config.port}: {error.strerror}."
        ) from None
    return sock


class Server(uvicorn.Server):
    """uvicorn's server, stopped by us: its own signal handlers end the process by the signal, not with exit status 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Those that did not end within the grace are cut: uvloop cannot close over them."""
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            transport: Any = connection.transport  # uvloop's are no asyncio.Transport
            transport.abort()

    def stop(self) -> None:
        """Once: finish what is under way. Twice: end at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def _server(gateway: Gateway) -> Server:
    return Server(
        uvicorn.Config(
            gateway.app,
            http=edge_protocol(gateway.hot),
            ws="none",
            lifespan="off",
            server_header=False,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=10,
        )
    )


def run(config: GatewayConfig, *, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` is told the base URL once requests are taken.

    Raises PortTaken.
    """
    sock = listen(config)
    gateway = build(config, log=Log().write)
    server = _server(gateway)

    def begin() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        on_ready(url_of(sock))

    _serve(gateway, server, sock, begin)


def _serve(gateway: Gateway, server: Server, sock: socket.socket, begin: Callable[[], None]) -> None:
    """Serve until the server is told to stop; then close what is open to upstreams, for which uvloop would wait."""

    async def serve() -> None:
        begin()
        try:
            await server.serve(sockets=[sock])
        finally:
            gateway.close()

    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(serve())


@contextlib.contextmanager
def running_in_thread(config: GatewayConfig, *, log: Callable[[Exchange], None] = lambda _: None) -> Iterator[str]:
    """The gateway in a thread of its own, for tests; gives its base URL."""
    sock = listen(config)
    gateway = build(config, log=log)
    server = _server(gateway)
    thread = threading.Thread(target=_serve, args=(gateway, server, sock, lambda: None), daemon=True)
    thread.start()
    try:
        yield url_of(sock)
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def url_of(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
