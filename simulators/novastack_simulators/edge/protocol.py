"""uvicorn's httptools protocol, with the hot routes answered inside it; all else goes on to the ASGI application.

tests/simulators/edge/test_protocol.py names every attribute of uvicorn that this file relies on.
"""

import asyncio
from typing import Any, Final
from urllib.parse import unquote

import httptools
import msgspec
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from novastack_simulators.edge.cycle import HotCycle
from novastack_simulators.edge.reply import Handler, Request

COLD: Final = "/_sim"
LINGER: Final = 2.0


def is_cold(path: str) -> bool:
    """The control plane's paths; every other path is the provider's, also those it does not know."""
    return path == COLD or path.startswith(f"{COLD}/")


class SimulatorProtocol(HttpToolsProtocol):
    """A connection to one simulated upstream."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        handler: Handler,
        max_body_bytes: int,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._handler = handler
        self._limit = max_body_bytes
        self._waiting: list[HotCycle] = []
        self._closing: asyncio.TimerHandle | None = None

    # What the parser reports

    def on_headers_complete(self) -> None:
        path = unquote((httptools.parse_url(self.url).path or b"/").decode("latin-1"))
        if is_cold(path):
            super().on_headers_complete()
            return
        request = Request(method=self.parser.get_method().decode("latin-1"), path=path, headers=tuple(self.headers))
        version = self.parser.get_http_version()
        earlier: Any = self.cycle
        cycle = HotCycle(
            self, request, version=version, keep_alive=version == "1.1" and self.parser.should_keep_alive()
        )
        cycle.continues = self.expect_100_continue
        self.cycle = cycle  # type: ignore[assignment]  # the parent only reads what HotCycle has too
        self._waiting.append(cycle)
        if int(request.fields.get("content-length", "0") or 0) > self._limit:
            self._refuse(cycle)
        if earlier is None or earlier.response_complete:
            self._start_asgi_task(cycle, None)
        else:
            # RFC 9112, 9.3.2: answers leave in the order of the requests.
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, None))  # type: ignore[arg-type]

    def on_body(self, body: bytes) -> None:
        cycle: Any = self.cycle
        if not isinstance(cycle, HotCycle):
            super().on_body(body)
        elif not cycle.request.oversize:
            cycle.body += body
            if len(cycle.body) > self._limit:
                self._refuse(cycle)

    def on_message_complete(self) -> None:
        cycle: Any = self.cycle
        if not isinstance(cycle, HotCycle):
            super().on_message_complete()
            return
        cycle.arrived = True
        if cycle.response_complete:
            self.transport.close()  # refused before its body had come
        elif cycle.turn and not cycle.request.oversize:
            self._answer(cycle)

    # Whose turn it is

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        if not isinstance(cycle, HotCycle):
            super()._start_asgi_task(cycle, app)
            return
        cycle.turn = True
        if cycle.arrived or cycle.request.oversize:
            self.loop.call_soon(self._answer, cycle)
        elif cycle.continues:
            # RFC 9110, 10.1.1: the client waits for this before it sends the body.
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _refuse(self, cycle: HotCycle) -> None:
        """Too large: nothing more is kept, and the connection ends after the answer."""
        cycle.request = msgspec.structs.replace(cycle.request, oversize=True)
        cycle.body.clear()
        cycle.keep_alive = False
        if cycle.turn:
            self.loop.call_soon(self._answer, cycle)

    def _answer(self, cycle: HotCycle) -> None:
        if cycle.closed or self.transport.is_closing():
            return
        if cycle.body:
            cycle.request = msgspec.structs.replace(cycle.request, body=bytes(cycle.body))
            cycle.body.clear()
        self._handler(cycle.request, cycle)

    def on_response_complete(self) -> None:
        done = [cycle for cycle in self._waiting if cycle.response_complete]
        self._waiting = [cycle for cycle in self._waiting if not cycle.response_complete]
        if any(not cycle.arrived for cycle in done):
            # Closing at once would reset the connection under a client that still sends, and lose the answer:
            # RFC 9112, 9.6 asks to read on for a while.
            self._closing = self.loop.call_later(LINGER, self.transport.close)
            self.server_state.total_requests += 1
            return
        super().on_response_complete()

    # What the transport reports

    def connection_lost(self, exc: Exception | None) -> None:
        if self._closing:
            self._closing.cancel()
        for cycle in self._waiting:
            cycle.lost()
        self._waiting.clear()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        for cycle in self._waiting:
            cycle.pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        for cycle in self._waiting:
            cycle.resume()

    def send_400_response(self, msg: str) -> None:
        if any(cycle.turn for cycle in self._waiting):
            self.transport.abort()  # an answer is under way: a second head inside it would be worse than none
            return
        super().send_400_response(msg)

    def common_headers(self) -> list[tuple[bytes, bytes]]:
        return self.server_state.default_headers
