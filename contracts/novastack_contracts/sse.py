"""An event-stream reader on bytes: WHATWG HTML §9.2.6, incremental, keeping the offset of everything it saw.

Lines end at LF, CR or CRLF and nowhere else; nothing is decoded here, so that no byte is lost before it is judged.
"""

import re
from dataclasses import dataclass
from typing import Final

_END: Final = re.compile(rb"\r\n|\n|\r")
_BOM: Final = b"\xef\xbb\xbf"
_FIELDS: Final = frozenset({b"data", b"event", b"id", b"retry"})


@dataclass(frozen=True, slots=True)
class Event:
    """One block that a blank line ended. `offset` and `end` are byte positions in the stream."""

    data: bytes
    name: bytes
    offset: int
    end: int
    hollow: bool
    """True when the block had fields but no `data` line: nothing is dispatched, yet some SDKs crash on it."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A line whose field the standard does not know: a browser ignores it, so what it carried is lost."""

    line: bytes
    offset: int


class Reader:
    """Feed it bytes in any cuts; it returns the events that they complete. The cuts never change the events."""

    def __init__(self) -> None:
        self.strays: list[Stray] = []
        self.comments = 0
        self._rest = b""
        self._base = 0
        self._data: list[bytes] = []
        self._name = b""
        self._start: int | None = None

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes. A trailing CR waits for its possible LF."""
        return self._take(self._rest + data, final=False)

    def close(self) -> tuple[list[Event], int | None]:
        """End of stream: the last events, and the offset of a block that no blank line ended (clients drop it)."""
        events = self._take(self._rest, final=True)
        if self._rest and not self._rest.startswith(b":"):
            return events, self._base if self._start is None else self._start
        return events, self._start

    def _take(self, buffer: bytes, *, final: bool) -> list[Event]:
        events: list[Event] = []
        position = 0
        for match in _END.finditer(buffer):
            if not final and match.end() == len(buffer) and match[0] == b"\r":
                break
            offset = self._base + position
            event = self._line(buffer[position : match.start()], offset, self._base + match.end())
            position = match.end()
            if event is not None:
                events.append(event)
        self._rest = buffer[position:]
        self._base += position
        return events

    def _line(self, line: bytes, offset: int, end: int) -> Event | None:
        if offset == 0:
            line = line.removeprefix(_BOM)
        if not line:
            return self._dispatch(end)
        if line.startswith(b":"):
            self.comments += 1
            return None
        self._field(line, offset)
        return None

    def _field(self, line: bytes, offset: int) -> None:
        name, _, value = line.partition(b":")
        # §9.2.6: one leading U+0020 SPACE of the value is removed, no other.
        value = value.removeprefix(b" ")
        if name not in _FIELDS:
            self.strays.append(Stray(line, offset))
            return
        if self._start is None:
            self._start = offset
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._name = value

    def _dispatch(self, end: int) -> Event | None:
        if self._start is None:
            return None
        event = Event(b"\n".join(self._data), self._name, self._start, end, hollow=not self._data)
        self._data, self._name, self._start = [], b"", None
        return event
