"""A tape is one recorded exchange: what was asked, what came back, in which chunks and when. Pure.

Bytes stand as text where they are UTF-8 and as base64 where they are not, so that a tape can be read and compared line
by line. Every time is in whole microseconds since the request had arrived.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Final, Literal

import msgspec

VERSION: Final = 1
Ended = Literal["complete", "fin", "rst", "timeout", "cancelled"]
Micros = Annotated[int, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Fields = Mapping[str, str]


class Coded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bytes that are not UTF-8."""

    base64: bytes


Data = str | Coded


def packed(data: bytes) -> Data:
    """Bytes as a tape holds them."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Coded(data)


def unpacked(data: Data) -> bytes:
    """The bytes that a tape holds."""
    return data.encode() if isinstance(data, str) else data.base64


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was asked: the path as the endpoint saw it, allowed headers only, and the body with its keys masked."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: Data = ""


class Chunk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What came at once: a transfer chunk, or what was read of a body that has none; `us` is when.

    `offset` is the number of bytes before it; a tape that is written by hand may leave it out. `more` is how many
    bytes of the same transfer chunk were still to come: they stand in the next line, unless they never came.
    """

    us: Micros
    offset: Count | None = None
    data: Data
    more: Count = 0

    @property
    def bytes(self) -> bytes:
        return unpacked(self.data)


class Response(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What came back; `us` is when its head was complete."""

    us: Micros
    status: Annotated[int, msgspec.Meta(ge=200, le=999)]
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    chunks: tuple[Chunk, ...] = ()
    trailers: dict[str, str] = msgspec.field(default_factory=dict)


class Tape(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True
):  # `dict` keeps what is worked out once
    """One exchange. `recorded` is when the request had arrived (RFC 3339), `sent` when it had gone out.

    `rest` are bytes that came and are no part of the body: after its end, or where it could not be read on. `us` is
    when it `ended`. `name` is that of the file (and line) which holds it, and not written into it.
    """

    version: Literal[1]
    upstream: str
    recorded: str
    request: Request
    sent: Micros = 0
    response: Response | None = None
    rest: tuple[Chunk, ...] = ()
    ended: Ended
    us: Micros
    name: str = ""

    def __post_init__(self) -> None:
        if self.response is None and self.ended == "complete":
            raise ValueError("response: an exchange that ended complete has one")
        chunks = self.response.chunks if self.response else ()
        for place, row in (("response.chunks", chunks), ("rest", self.rest)):
            _adjoin(place, row)
        for (_, earlier), (place, later) in pairwise(self._times()):
            if later < earlier:
                raise ValueError(f"{place}: {later} is before the {earlier} that stands before it")

    def _times(self) -> Iterator[tuple[str, int]]:
        if self.response is not None:
            yield "response.us", self.response.us
            for number, chunk in enumerate(self.response.chunks):
                yield f"response.chunks[{number}].us", chunk.us
        for number, chunk in enumerate(self.rest):
            yield f"rest[{number}].us", chunk.us
        yield "us", self.us

    @cached_property
    def body(self) -> bytes:
        """The body of the response, as far as it came."""
        return b"".join(chunk.bytes for chunk in self.response.chunks) if self.response else b""


def _adjoin(place: str, chunks: tuple[Chunk, ...]) -> None:
    """A chunk begins where the one before it ends, or was edited without its offset."""
    end = 0
    for number, chunk in enumerate(chunks):
        if chunk.offset not in (None, end):
            told = f"{place}[{number}].offset: {chunk.offset}, but the chunks before it end at {end}"
            raise ValueError(f"{told}; leave offsets out of what you edit")
        end += len(chunk.bytes)
