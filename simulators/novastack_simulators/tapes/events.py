"""Where the events of a recorded stream lie: WHATWG HTML, 9.2.5 and 9.2.6, on bytes that are all there. Pure."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

LINE: Final = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|\Z)")


class Event(NamedTuple):
    """One block of lines: where it ends, with the blank line; the name of its event, and its data.

    `data` is None for a block of comments, and for the last one if its blank line never came.
    """

    end: int
    name: str
    data: bytes | None


def events(body: bytes) -> Iterator[Event]:
    """The blocks in their order; together they are all of the body, blank lines go with the block after them."""
    start, begun, name, data = 0, False, "", list[bytes]()
    for found in LINE.finditer(body, 3 if body.startswith(b"\xef\xbb\xbf") else 0):
        line = found[1]
        if line:
            begun, (name, data) = True, _read(line, name, data)
        elif begun and found[2]:
            yield Event(found.end(), name, b"\n".join(data) if data else None)
            start, begun, name, data = found.end(), False, "", []
    if start < len(body):
        yield Event(len(body), name, None)


def _read(line: bytes, name: str, data: list[bytes]) -> tuple[str, list[bytes]]:
    field, _, value = line.partition(b":")
    value = value.removeprefix(b" ")
    if field == b"data":
        return name, [*data, value]
    return (value.decode(errors="replace"), data) if field == b"event" else (name, data)
