"""uvicorn's httptools protocol, with the hot routes answered inside it; all else goes on to the ASGI application.

tests/simulators/edge/test_protocol.py names every attribute of uvicorn that this file relies on.
"""

import asyncio
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from novastack_simulators.edge.cycle import HotCycle
from novastack_simulators.edge.reply import Handler, Headers, Request
from novastack_simulators.edge.same import Head, head

COLD: Final = "/_sim"
LINGER: Final = 2.0


def is_cold(path: str) -> bool:
    """The control plane's paths; every other path is the provider's, also those it does not know."""
    return path == COLD or path.startswith(f"{COLD}/")


@lru_cache(maxsize=1024)
def path_of(url: bytes) -> str:
    """The path of a request's target, without its query."""
    return unquote((httptools.parse_url(url).path or b"/").decode("latin-1"))


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
        self._latest: Headers = ()
        self._long = False
        self._head: Head | None = None
        self._begun = self._done = 0
        self._closing: asyncio.TimerHandle | None = None
        self._active = 0.0

    def data_received(self, data: bytes) -> None:
        """What was sent before, in the same bytes, is not parsed again."""
        between = self._begun == self._done and not self._waiting
        if between and self._head is not None and self._closing is None:
            request = self._head.request(data)
            if request is not None:
                self._repeat(request)
                return
        done = self._done
        super().data_received(data)
        cycle: Any = self.cycle
        if between and self._begun == self._done == done + 1 and isinstance(cycle, HotCycle) and cycle.keep_alive:
            self._head = head(data, cycle.request)

    def _repeat(self, request: Request) -> None:
        cycle = HotCycle(self, request, version="1.1", keep_alive=True)
        cycle.turn = cycle.arrived = True
        self.cycle = cycle  # type: ignore[assignment]  # the parent only reads what HotCycle has too
        self._waiting.append(cycle)
        if not self.transport.is_closing():
            self._handler(request, cycle)

    # What the parser reports

    def on_message_begin(self) -> None:
        """The parent's scope is for ASGI: it is built when a request turns out to be cold."""
        self._begun += 1
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_headers_complete(self) -> None:
        path = path_of(self.url)
        if is_cold(path):
            self._cold()
            return
        earlier: Any = self.cycle
        cycle = self._arrive(path)
        self.cycle = cycle  # type: ignore[assignment]  # the parent only reads what HotCycle has too
        self._waiting.append(cycle)
        if self._long:
            self._refuse(cycle)
        if earlier is None or earlier.response_complete:
            self._begin(cycle)
        else:
            # RFC 9112, 9.3.2: answers leave in the order of the requests.
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, None))  # type: ignore[arg-type]

    def _arrive(self, path: str) -> HotCycle:
        """Most clients send the same head again: it is kept, so that who compares it sees at once that it is the same."""
        headers = tuple(self.headers)
        if headers != self._latest:
            self._latest = headers
            self._long = any(name == b"content-length" and int(size or b"0") > self._limit for name, size in headers)
        parser = self.parser
        version = parser.get_http_version()
        request = Request(method=parser.get_method().decode("latin-1"), path=path, headers=self._latest)
        cycle = HotCycle(self, request, version=version, keep_alive=version == "1.1" and parser.should_keep_alive())
        cycle.continues = self.expect_100_continue
        return cycle

    def _cold(self) -> None:
        """As the parent would have done it from the beginning of the message."""
        url, headers, expect = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expect
        self.headers.extend(headers)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        cycle: Any = self.cycle
        if not isinstance(cycle, HotCycle):
            super().on_body(body)
        elif not cycle.request.oversize:
            cycle.take(body)
            if len(cycle.body) > self._limit:
                self._refuse(cycle)

    def on_message_complete(self) -> None:
        self._done += 1
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
        if isinstance(cycle, HotCycle):
            self._begin(cycle)
        else:
            super()._start_asgi_task(cycle, app)

    def _begin(self, cycle: HotCycle) -> None:
        cycle.turn = True
        if cycle.arrived or cycle.request.oversize:
            self.loop.call_soon(self._answer, cycle)
        elif cycle.continues:
            # RFC 9110, 10.1.1: the client waits for this before it sends the body.
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _refuse(self, cycle: HotCycle) -> None:
        """Too large: nothing more is kept, and the connection ends after the answer."""
        cycle.request.oversize = True
        cycle.body = b""
        cycle.keep_alive = False
        if cycle.turn:
            self.loop.call_soon(self._answer, cycle)

    def _answer(self, cycle: HotCycle) -> None:
        if cycle.response_complete or cycle.disconnected or self.transport.is_closing():
            return
        if cycle.body:
            cycle.request.body, cycle.body = bytes(cycle.body), b""
        self._handler(cycle.request, cycle)

    def on_response_complete(self) -> None:
        # Answers leave in order, so it is the first that is complete; a cold request does not wait here.
        done = self._waiting.pop(0) if self._waiting and self._waiting[0].response_complete else None
        if done is not None and not done.arrived:
            # Closing at once would reset the connection under a client that still sends, and lose the answer:
            # RFC 9112, 9.6 asks to read on for a while.
            self._closing = self.loop.call_later(LINGER, self.transport.close)
            self.server_state.total_requests += 1
            return
        if self.pipeline:
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self._active = self.loop.time()
        if self.timeout_keep_alive_task is None and not self.transport.is_closing():
            self._watch_idleness()

    def _unset_keepalive_if_required(self) -> None:
        """The parent sets a timer after each answer and cancels it at the next request; ours looks when it rings."""

    def _watch_idleness(self) -> None:
        left = self._active + self.timeout_keep_alive - self.loop.time()
        self.timeout_keep_alive_task = self.loop.call_later(max(left, 0.0), self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Closes a connection on which nothing has been asked for long enough."""
        self.timeout_keep_alive_task = None
        if self.transport.is_closing():
            return
        if self._waiting or self.loop.time() < self._active + self.timeout_keep_alive:
            self._active = max(self._active, self.loop.time() - self.timeout_keep_alive / 2)
            self._watch_idleness()
        else:
            self.transport.close()

    # What the transport reports

    def connection_lost(self, exc: Exception | None) -> None:
        if self._closing:
            self._closing.cancel()
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
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
