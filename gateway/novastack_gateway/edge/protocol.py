"""Our subclass of uvicorn's httptools protocol: hot paths are answered here, all others go on to the ASGI app.

A hot request takes the place of uvicorn's own request-response cycle, so that pipelining, keep-alive and graceful
stop stay uvicorn's work. What this relies on is not uvicorn's public face: tests/gateway/edge/test_protocol.py names
every attribute, and pyproject.toml pins the range.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from novastack_gateway.edge.cycle import HotCycle
from novastack_gateway.edge.reply import Handler
from novastack_gateway.errors import JSON, Problem

Hot = Callable[[bytes, bytes], tuple[Handler, str | None] | None]
"""(method, path) to the handler and the upstream that the path names; None for what the ASGI app serves."""

MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 64 * 1024
MAX_URL_BYTES: Final = 16 * 1024
MAX_WAITING: Final = 8
"""Requests of one connection that may wait behind the one that is answered."""
LINGER: Final = 2.0
"""Seconds for which a client that is still sending may go on, so that it can read the refusal."""

_TOO_MANY = Problem(431, f"More than {MAX_HEADERS} headers or {MAX_HEADER_BYTES} bytes of them.")
_TOO_LONG = Problem(414, f"The request target is longer than {MAX_URL_BYTES} bytes.")
_HOST = Problem(400, "An HTTP/1.1 request must carry exactly one Host header.")
_NO_TUNNEL = Problem(405, "CONNECT is not served here.", headers=((b"allow", b"GET, POST"),))
_VERSIONS: Final = frozenset({"1.0", "1.1"})
_NOT_HTTP = Problem(400, "This is not a valid HTTP/1.1 request.")


class EdgeProtocol(HttpToolsProtocol):
    """One connection from a client."""

    cycle: Any  # uvicorn's own, or ours

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        hot: Hot,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._hot = hot
        self._running: Any = None
        self._deaf = False
        self._refusal = _NOT_HTTP
        self._head_complete = True
        self._head_began_now = False
        self._header_bytes = 0
        self._unfinished = 0
        self._hosts = 0

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return  # the connection is ending: nothing more is a request
        self._head_began_now = False
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("")
        self._bound_head(len(data))

    def _stay(self, rest: bytes) -> None:
        """RFC 9110 section 7.8: an Upgrade may be ignored. The parser cannot, so the same request is read again without
        it; Java's client, and `curl --http2`, ask with every request, also with those that have a body."""
        version = self.parser.get_http_version().encode()
        head = [b"%b %b HTTP/%b\r\n" % (self.parser.get_method(), self.url, version)]
        head += [b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.data_received(b"".join([*head, b"\r\n", rest]))

    def _bound_head(self, size: int) -> None:
        if not self._head_complete and not self._head_began_now:
            # httptools hands over a field when it is whole; one that never ends would fill the memory.
            self._unfinished += size
            if self._unfinished > MAX_HEADER_BYTES + MAX_URL_BYTES:
                self._refusal = _TOO_MANY
                self.send_400_response("")

    # httptools

    def on_message_begin(self) -> None:
        if self._deaf or self.transport.is_closing():
            raise httptools.HttpParserError("the connection is ending")
        super().on_message_begin()
        self._head_complete = False
        self._head_began_now = True
        self._header_bytes = 0
        self._unfinished = 0
        self._hosts = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MAX_URL_BYTES:
            self._refuse(_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_complete:
            return  # RFC 9110 section 6.5.1: a trailer field is not a header
        self._header_bytes += len(name) + len(value)
        if len(self.headers) >= MAX_HEADERS or self._header_bytes > MAX_HEADER_BYTES:
            self._refuse(_TOO_MANY)
        super().on_header(name, value)
        if self.headers[-1][0] == b"host":
            self._hosts += 1

    def on_headers_complete(self) -> None:
        self._head_complete = True
        version = self.parser.get_http_version()
        if version not in _VERSIONS:
            self._refuse(_NOT_HTTP)
        # RFC 9112 section 3.2: 400 for a request that lacks Host or has more than one.
        if self._hosts != 1 and version != "1.0":
            self._refuse(_HOST)
        if self.parser.get_method() == b"CONNECT":
            self._refuse(_NO_TUNNEL)
        if self.parser.should_upgrade():
            return
        method = self.parser.get_method()
        path = self.url.partition(b"?")[0]
        found = self._hot(method, path)
        if found is None:
            super().on_headers_complete()
        else:
            self._begin(HotCycle(self, method, path, *found))
        # A client that is not read is not heard leaving, so reading pauses only when much is waiting.
        if len(self.pipeline) >= MAX_WAITING:
            self.flow.pause_reading()
        else:
            self.flow.resume_reading()

    def _begin(self, cycle: HotCycle) -> None:
        before = self.cycle
        self.cycle = cycle
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            # RFC 9112 section 9.3.2: pipelined requests are answered in the order in which they came.
            self.pipeline.appendleft((self.cycle, self.app))

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._running = cycle
        if not isinstance(cycle, HotCycle):
            super()._start_asgi_task(cycle, app)
            return
        task = self.loop.create_task(cycle.run())
        cycle.task = task
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def on_body(self, body: bytes) -> None:
        if isinstance(self.cycle, HotCycle):
            self.cycle.receive(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        if isinstance(self.cycle, HotCycle):
            self.cycle.received()
        else:
            super().on_message_complete()

    # asyncio

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if isinstance(self._running, HotCycle):
            self._running.leave()
        self.pipeline.clear()

    def _refuse(self, problem: Problem) -> None:
        self._refusal = problem
        raise httptools.HttpParserError(problem.message)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the signature is uvicorn's
        """Refuse what is not acceptable HTTP, in the shape of every other error, and close."""
        if self._deaf or self.transport.is_closing():
            return
        running = self._running
        if running is not None and not running.response_complete and self._wait_for(running):
            return
        problem = self._refusal
        body = problem.body()
        headers = (*problem.headers, JSON, (b"connection", b"close"), (b"content-length", b"%d" % len(body)))
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[problem.status] + lines + b"\r\n" + body)
        self.linger()

    def _wait_for(self, running: Any) -> bool:
        """A reply under way is not interrupted by what comes after its request; the connection ends with it."""
        self._deaf = True
        self.pipeline.clear()
        running.keep_alive = False
        if isinstance(running, HotCycle) and not running.whole:
            running.break_off(self._refusal)
        elif running is self.cycle and not isinstance(running, HotCycle) and running.more_body:
            self._deaf = False
            return False
        return True

    def linger(self) -> None:
        """End the connection after what was written.

        RFC 9112 section 9.6: closing while the client still sends would reset the connection and could destroy the
        reply before it is read; so only our side is closed at once, and what comes is thrown away for a while.
        """
        self._deaf = True
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER, self.transport.close)


def edge_protocol(hot: Hot) -> Any:
    """What `uvicorn.Config(http=…)` is given."""
    return partial(EdgeProtocol, hot=hot)
