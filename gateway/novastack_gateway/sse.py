"""Event streams on bytes, as WHATWG HTML section 9.2 frames them: lines end in LF, CR or CRLF, and in nothing else.

Text-mode line splitting would also cut at U+2028, U+0085 and their like, which are legal inside `data:`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# The groups are atomic: a CRLF must not be read again as a CR followed by an LF.
_BLANK_LINE = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LONGEST_BLANK = len(b"\r\n\r\n") - 1
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"

MAX_EVENT_BYTES = 8 * 1024 * 1024


class EventTooLong(ValueError):  # noqa: N818 - says what is wrong with the stream
    """An event grew past `MAX_EVENT_BYTES` without ending."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: the bytes as they came (with the blank line), its name, and its data lines joined by LF."""

    raw: bytes
    name: bytes
    data: bytes


class Events:
    """Bytes in, in pieces of any size; whole events out."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._begun = False
        self._searched = 0

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that `data` completes.

        Raises EventTooLong when one does not end in time.
        """
        self._buffer += data
        if not self._begun and len(self._buffer) >= len(_BOM):
            self._begun = True
            if self._buffer.startswith(_BOM):
                del self._buffer[: len(_BOM)]
        whole, ends = self._whole()
        start = 0
        for end in ends:
            yield parse(whole[start:end])
            start = end
        if len(self._buffer) > MAX_EVENT_BYTES:
            raise EventTooLong(f"an event of over {MAX_EVENT_BYTES} bytes")

    def _whole(self) -> tuple[bytes, list[int]]:
        """The whole events at the front, taken out of the buffer, and where each ends."""
        ends = [blank.end() for blank in _BLANK_LINE.finditer(self._buffer, self._searched)]
        taken = ends[-1] if ends else 0
        whole = bytes(self._buffer[:taken])
        del self._buffer[:taken]
        # What was searched once is not searched again, but for what may be the beginning of a blank line.
        self._searched = max(0, len(self._buffer) - _LONGEST_BLANK)
        return whole, ends

    @property
    def rest(self) -> bytes:
        """What came after the last whole event."""
        return bytes(self._buffer)


def parse(raw: bytes) -> Event:
    """One event's lines (WHATWG HTML section 9.2.6): one space after the colon is not part of the value."""
    name = b""
    data: list[bytes] = []
    for line in _LINE_END.split(raw):
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ")
    return Event(raw, name, b"\n".join(data))
