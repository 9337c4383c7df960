"""A connection that is no socket: what the edge writes on it is read as a client reads it, by h11.

So a wrong chunk size, a length that is not kept and an end that comes too soon are what they are on a real wire.
"""

import asyncio
from collections import deque
from email.utils import formatdate
from typing import Any, Final

import h11

from novastack_simulators.edge.cycle import HotCycle
from novastack_simulators.edge.reply import Request

HIGH: Final = 65_536


class ResetError(ConnectionResetError):
    """The upstream reset the connection."""


class Socket:
    """Takes the option that makes a close a reset; there is no descriptor under it."""

    def fileno(self) -> int:
        return -1

    def setsockopt(self, *_option: object) -> None: ...


class Line(asyncio.Transport):
    """One request and its answer. `arrivals` counts the writes; `now` is told to the client as the date."""

    # The cycle asks its loop for time only while bytes wait in a buffer, and here none do.
    loop: asyncio.AbstractEventLoop

    def __init__(self, request: Request, now: float) -> None:
        super().__init__()
        self.transport: asyncio.Transport = self
        self.cycle = HotCycle(self, request, version="1.1", keep_alive=True)
        self.cycle.arrived = True
        self.arrivals = 0
        self._date = formatdate(now, usegmt=True).encode()
        self._events: deque[h11.Event | Exception] = deque()
        self._held = 0
        self._closing = False
        self._reader = h11.Connection(h11.CLIENT)
        asked = h11.Request(method=request.method, target="/", headers=[("host", "simulator")])
        self._reader.send(asked)
        self._reader.send(h11.EndOfMessage())

    # What the client does

    @property
    def ready(self) -> bool:
        return bool(self._events)

    def take(self) -> h11.Event | None:
        """The next that arrived, if anything has. Raises what went wrong on the wire."""
        if not self._events:
            return None
        event = self._events.popleft()
        if isinstance(event, Exception):
            raise event
        self._hold(-len(getattr(event, "data", b"")))
        return event

    def leave(self) -> None:
        """The client closes; it is a cancel if the answer has not ended."""
        self._closing = True
        self.cycle.lost()

    def _hold(self, more: int) -> None:
        """A client that does not read makes the upstream wait, as a full buffer of the system would."""
        before, self._held = self._held, self._held + more
        if before <= HIGH < self._held:
            self.cycle.pause()
        elif self._held <= HIGH < before:
            self.cycle.resume()

    # What the cycle asks of its connection

    def on_response_complete(self) -> None:
        """Nothing follows on this line."""

    def common_headers(self) -> list[tuple[bytes, bytes]]:
        return [(b"date", self._date)]

    # What the cycle asks of its transport

    def write(self, data: Any) -> None:
        self.arrivals += 1
        self._receive(bytes(data))

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        if self._reader.their_state is h11.SEND_RESPONSE:
            self._events.append(h11.RemoteProtocolError("Server disconnected without sending a response."))
        else:
            self._receive(b"")

    def abort(self) -> None:
        self._closing = True
        self._events.append(ResetError("the upstream reset the connection"))

    def is_closing(self) -> bool:
        return self._closing

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, _name: str, _default: Any = None) -> Any:
        return Socket()

    def _receive(self, data: bytes) -> None:
        try:
            self._reader.receive_data(data)
            while isinstance(event := self._reader.next_event(), h11.Event):
                self._events.append(event)
                self._hold(len(getattr(event, "data", b"")))
        except h11.RemoteProtocolError as error:
            self._events.append(error)
