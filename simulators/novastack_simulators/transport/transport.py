"""The transport for httpx: one simulated upstream answers in this process, chunk by chunk, as it would on a wire.

httpx2 is httpx under another name (the official SDKs use it since 3.0 and 2.0), so what is raised and returned is of
the library that the request is of.
"""

import asyncio
import math
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property, partial
from types import MappingProxyType
from typing import Any, Final, Literal
from urllib.parse import unquote

import h11
import httpx
from fastapi import FastAPI

from novastack_simulators.composition import composed
from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.control import control
from novastack_simulators.edge.protocol import is_cold
from novastack_simulators.edge.reply import Request
from novastack_simulators.fleet import Fleet, Member
from novastack_simulators.setting import Clocks
from novastack_simulators.transport.agenda import CLOCKS, Agenda
from novastack_simulators.transport.line import Line, ResetError

# What a client library calls that which goes wrong on the wire.
ERRORS: Final[Mapping[type[Exception], str]] = MappingProxyType(
    {h11.RemoteProtocolError: "RemoteProtocolError", ResetError: "ReadError", TimeoutError: "ReadTimeout"}
)


class SimulatorTransport(httpx.AsyncBaseTransport, httpx.BaseTransport):
    """One upstream of the configuration, the first if none is named; for clients of both kinds.

    With `clock` "virtual" nobody waits: the time jumps to what is due next, also to a read timeout that would run out
    before. Under `/_sim` the control plane answers, and `upstream` is at hand.
    """

    def __init__(
        self,
        name: str | None = None,
        config: SimulatorsConfig | None = None,
        *,
        clock: Literal["real", "virtual"] = "real",
    ) -> None:
        whole = config or SimulatorsConfig()
        each = whole.only([name]).upstreams[0] if name else whole.upstreams[0]
        self.clock = CLOCKS[clock]()
        self._agenda = Agenda(self.clock)
        self.upstream = composed(whole, each, Clocks(self._agenda, self.clock.wall))
        self._fleet = Fleet(whole.model_copy(update={"upstreams": (each,)}))
        self._limit = whole.max_body_bytes
        self._lock = threading.RLock()

    @cached_property
    def _control(self) -> FastAPI:
        app = control(self.upstream, self._fleet)
        self._fleet.members[self.upstream.setting.name] = Member(self.upstream, app)
        return app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        library, body = _library(request), request.read()
        if is_cold(_path(request)):
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(asyncio.run, self._ruled(library, request, body)).result()
        line = self._begun(request, body)
        take = partial(self._waited, library, line, _patience(request))
        return _response(library, take(), _stream(Body, library.SyncByteStream)(take, line))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        library, body = _library(request), await request.aread()
        if is_cold(_path(request)):
            return await self._ruled(library, request, body)
        line = self._begun(request, body)
        take = partial(self._awaited, library, line, _patience(request))
        return _response(library, await take(), _stream(AsyncBody, library.AsyncByteStream)(take, line))

    def _begun(self, request: httpx.Request, body: bytes) -> Line:
        oversize = len(body) > self._limit
        asked = Request(
            method=request.method,
            path=_path(request),
            headers=tuple((name.lower(), value) for name, value in request.headers.raw),
            body=b"" if oversize else body,
            oversize=oversize,
        )
        line = Line(asked, self.clock.wall())
        with self._lock:
            self.upstream.handle(asked, line.cycle)
        return line

    def _waited(self, library: Any, line: Line, read: float) -> Any:
        """What arrives next, for one who waits in a thread."""
        steps = self._steps(line, read)
        try:
            while isinstance(until := self._step(library, steps), float):
                self.clock.pause(until)
        except BaseException:
            line.leave()
            raise
        return until

    async def _awaited(self, library: Any, line: Line, read: float) -> Any:
        """What arrives next, for one who waits in a loop."""
        steps = self._steps(line, read)
        try:
            while isinstance(until := self._step(library, steps), float):
                await self.clock.turn(until)
        except BaseException:
            line.leave()
            raise
        return until

    def _step(self, library: Any, steps: Generator[float, None, Any]) -> Any:
        """A time until which to wait, or what arrived. Raises the library's own errors."""
        try:
            with self._lock:
                return next(steps)
        except StopIteration as arrived:
            return arrived.value
        except tuple(ERRORS) as error:
            raise getattr(library, ERRORS[type(error)])(str(error)) from error

    def _steps(self, line: Line, read: float) -> Generator[float, None, Any]:
        """What arrives next; yields the times until which to wait for it. Each write gives the client new patience."""
        arrivals, deadline = line.arrivals, self.clock.time() + read
        while (event := line.take()) is None:
            if line.arrivals != arrivals:
                arrivals, deadline = line.arrivals, self.clock.time() + read
            elif self.clock.time() >= deadline:
                raise TimeoutError(f"nothing came for {read:g} seconds")
            until = min(self._agenda.next, deadline)
            if until == math.inf:
                raise TimeoutError("nothing more will come, and the client would wait for ever")
            yield until
            if not line.ready:
                self.clock.jump(min(until, self._agenda.next))
            self._agenda.run()
        return event

    async def _ruled(self, library: Any, request: httpx.Request, body: bytes) -> httpx.Response:
        """The control plane's answer."""
        asked = library.Request(request.method, request.url, headers=request.headers.raw, content=body)
        async with library.ASGITransport(app=self._control) as plane:
            reply = await plane.handle_async_request(asked)
            content = await reply.aread()
        ruled: httpx.Response = library.Response(reply.status_code, headers=reply.headers.raw, content=content)
        return ruled


class Body:
    """The chunks of an answer as they arrive, for one who waits in a thread."""

    def __init__(self, take: Callable[[], h11.Event], line: Line) -> None:
        self._take = take
        self._line = line
        self._whole = False

    def __iter__(self) -> Iterator[bytes]:
        while isinstance(event := self._take(), h11.Data):
            yield bytes(event.data)
        self._whole = True

    def close(self) -> None:
        if not self._whole:
            self._line.leave()


class AsyncBody:
    """The chunks of an answer as they arrive, for one who waits in a loop."""

    def __init__(self, take: Callable[[], Awaitable[h11.Event]], line: Line) -> None:
        self._take = take
        self._line = line
        self._whole = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while isinstance(event := await self._take(), h11.Data):
            yield bytes(event.data)
        self._whole = True

    async def aclose(self) -> None:
        if not self._whole:
            self._line.leave()


@cache
def _stream(body: type[Any], stream: type[Any]) -> Callable[..., Any]:
    """A body that the library takes for a stream of its own."""
    return type(body.__name__, (body, stream), {})


def _library(request: Any) -> Any:
    return sys.modules[type(request).__module__.partition(".")[0]]


def _path(request: httpx.Request) -> str:
    return unquote(request.url.raw_path.partition(b"?")[0].decode("latin-1"))


def _patience(request: httpx.Request) -> float:
    """The client's read timeout in seconds."""
    read = request.extensions.get("timeout", {}).get("read")
    return math.inf if read is None else float(read)


def _response(library: Any, head: h11.Response, stream: Any) -> httpx.Response:
    told = {"http_version": b"HTTP/1.1", "reason_phrase": bytes(head.reason)}
    made: httpx.Response = library.Response(
        head.status_code, headers=head.headers.raw_items(), stream=stream, extensions=told
    )
    return made
