"""The lines of an event stream, written in another legal way (WHATWG HTML, 9.2.5 and 9.2.6).

It goes line by line and keeps its place between frames, so that what a fault left unfinished goes on as it stands.
"""

import re
from itertools import pairwise
from typing import Final

import msgspec

from novastack_simulators.framing.framing import Framing

BOM: Final = b"\xef\xbb\xbf"
# RFC 8259, 2: white space is allowed before or after any of these.
TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


class Lines:
    """Canonical bytes in, frame by frame; the same events out, as the framing writes them."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._events = 0
        self._inside = False  # a line that has not ended yet
        self._begun = False  # an event with a field

    def feed(self, data: bytes) -> bytes:
        *whole, rest = data.split(b"\n")
        lines = [self._line(line) + self._framing.end for line in whole]
        if rest:
            lines.append(self._line(rest))
            self._inside = True
        return b"".join(lines)

    def _line(self, line: bytes) -> bytes:
        """One line without its end, and before the first of an event what is put in front of it."""
        if self._inside:
            self._inside = False
            return line
        if not line:
            self._begun = False
            return line
        if line.startswith(b":"):
            return self._field(b"", line[1:])
        front = b"" if self._begun else self._front()
        self._begun = True
        return front + self._fields(line)

    def _front(self) -> bytes:
        """A comment, an id, a time to reconnect: each a line of its own, in the event's block or before it."""
        framing, end = self._framing, self._framing.end
        self._events += 1
        comments = framing.comments
        said = b""
        if comments is not None and self._events % comments.every == 0:
            said = self._field(b"", b" " + comments.text.encode()) + end * comments.newlines
        number = self._field(b"id", b" %d" % self._events) + end if framing.id else b""
        again = self._field(b"retry", b" %d" % framing.retry) + end if framing.retry is not None else b""
        return said + number + again

    def _fields(self, line: bytes) -> bytes:
        """A field; the value of `data` in as many lines as the framing has."""
        name, colon, value = line.partition(b":")
        if not colon:
            return line
        if name != b"data" or self._framing.data_lines == 1:
            return self._field(name, value)
        first, *more = broken(value, self._framing.data_lines)
        return self._framing.end.join((self._field(name, first), *(self._field(name, b" " + part) for part in more)))

    def _field(self, name: bytes, value: bytes) -> bytes:
        # 9.2.6: one space after the colon is no part of the value. A value that begins with another needs it.
        bare = value.removeprefix(b" ")
        return name + b":" + (bare if not self._framing.space and not bare.startswith(b" ") else value)


def lead(framing: Framing) -> bytes:
    """What stands before the first event: 9.2.5 allows one byte order mark, and blank lines are no events."""
    return (BOM if framing.bom else b"") + framing.end * framing.blank_lines


def broken(payload: bytes, lines: int) -> tuple[bytes, ...]:
    """A JSON text in up to so many lines, broken between tokens; what is not JSON ([DONE], a cut text) stays whole."""
    try:
        msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return (payload,)
    starts = [token.start() for token in TOKEN.finditer(payload)][1:]
    count = min(lines - 1, len(starts))
    cuts = [0, *(starts[index * len(starts) // count] for index in range(count)), len(payload)]
    return tuple(payload[start:end] for start, end in pairwise(cuts))
