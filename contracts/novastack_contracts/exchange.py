"""One request and all that came back, as bytes with their times: the only thing that rules ever look at."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from novastack_contracts import stream
from novastack_contracts.profile import Profile
from novastack_contracts.wire import Misfit, fit

KeyKind = Literal["valid", "wrong", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What was sent. The key itself is never here, only which kind of key it was."""

    method: str
    url: str
    body: bytes = b""
    key: KeyKind = "valid"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes as one read returned them, `at` seconds after the request was sent."""

    at: float
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A call and its reply. `status` is None when no reply came; `failure` says what cut it short, if anything did."""

    name: str
    call: Call
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    pieces: tuple[Piece, ...] = ()
    failure: str | None = None
    sent_at: float | None = None
    """Unix seconds when the request left, where the recorder knew them."""
    notes: tuple[str, ...] = ()

    @cached_property
    def body(self) -> bytes:
        """All bytes of the reply."""
        return b"".join(piece.data for piece in self.pieces)

    @cached_property
    def value(self) -> Mapping[str, Any] | None:
        """The reply's JSON object, or None when the body is anything else."""
        return _object(self.body)

    @cached_property
    def asked(self) -> Mapping[str, Any]:
        """The JSON object that was sent; empty when the body was anything else."""
        return _object(self.call.body) or {}

    @property
    def streams(self) -> bool:
        """Whether a stream was asked for."""
        return self.asked.get("stream") is True

    @cached_property
    def transcript(self) -> stream.Transcript:
        """The reply read as an event stream."""
        return stream.read(self.body)

    @cached_property
    def chunk_misfits(self) -> tuple[tuple[stream.Payload, Misfit, frozenset[Profile]], ...]:
        """Where the stream's chunks do not fit the wire model, in which profiles; each chunk is looked at once."""
        chunks = self.transcript.chunks
        return tuple((chunk, *found) for chunk in chunks for found in fit("chunk", chunk.event.data))

    @property
    def choices(self) -> list[Mapping[str, Any]]:
        """The reply's choices that are objects."""
        return stream.objects(self.value, "choices")

    @property
    def usage(self) -> Mapping[str, Any] | None:
        """The usage of the reply, or of the stream's last chunk that has one."""
        found = [chunk.value for chunk in self.transcript.chunks] if self.streams else [self.value]
        usages = [value["usage"] for value in found if value and isinstance(value.get("usage"), dict)]
        return usages[-1] if usages else None

    def header(self, name: str) -> str:
        """The value of a header, in lower-case name; empty when it is not there."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def arrival(self, offset: int) -> float | None:
        """Seconds after the request at which the byte at `offset` arrived."""
        seen = 0
        for piece in self.pieces:
            seen += len(piece.data)
            if offset < seen:
                return piece.at
        return None


def _object(data: bytes) -> dict[str, Any] | None:
    # RecursionError: an endpoint may nest its JSON as deeply as it likes.
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


class Record(dict[str, Exchange]):
    """The exchanges of one run by the name of their probe; one that was never sent says so instead of missing."""

    def __init__(self, exchanges: Iterable[Exchange] = (), *, keyed: bool = True) -> None:
        super().__init__({exchange.name: exchange for exchange in exchanges})
        self.keyed = keyed

    def __missing__(self, name: str) -> Exchange:
        return Exchange(name=name, call=Call(method="", url=""), failure="it was not sent")
