"""Server-sent events, line by line.

Rule of this file: incremental and pure; the caller stamps the time before it hands a line over.
WHATWG HTML, "Server-sent events", 9.2.5 and 9.2.6: lines end in CRLF, LF or CR; a blank line dispatches the event;
several `data` lines are joined with LF; one space after the colon is dropped; a line that begins with a colon is a
comment. The edge reads up to LF, so what it hands over may hold lines that end in a lone CR.
"""

from collections.abc import Iterator


class EventReader:
    """Feed it what was read; it gives the data of each event that became complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The data of the events that this piece completes; a piece may end anywhere."""
        buffer = self._rest + piece
        # A CR at the very end may be the first half of a CRLF: it waits for the next piece.
        held = b"\r" if buffer.endswith(b"\r") else b""
        lines = buffer.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = lines.pop() + held
        for line in lines:
            event = self._line(line)
            if event is not None:
                yield event

    def _line(self, line: bytes) -> bytes | None:
        if not line:
            event, self._data = self._data, []
            return b"\n".join(event) if event else None
        field, _, value = line.partition(b":")
        if field == b"data":
            self._data.append(value.removeprefix(b" "))
        return None

    @property
    def pending(self) -> bool:
        """Whether an event was begun and not dispatched: at the end of the body that is a truncation."""
        return bool(self._data or self._rest.strip())
