"""The client in C, run and read: for each stream when it was sent and when each of its events came."""

import json
import subprocess
from array import array
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.machine import LOAD_CORE, compiled, punctual
from benchmarks.peers.novastack import TOKENS
from benchmarks.peers.peer import Peer

CONTENT: Final = 1
FIELDS: Final = 6
NANO: Final = 1e-9


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """What a client saw of one stream, in seconds of its clock; `content` are the times of events with text."""

    sent: float
    head: float
    end: float
    status: int
    whole: bool
    events: int
    content: tuple[float, ...]


def request(peer: Peer, *, distinct: bool) -> bytes:
    """A request that streams; @@@@@@ is the stream's number, put in by the client."""
    said = f"stream {'@@@@@@' if distinct else '000000'} please"
    body = {"model": peer.model, "stream": True, "max_tokens": TOKENS, "messages": [{"role": "user", "content": said}]}
    data = json.dumps(body).encode()
    head = (
        f"POST {peer.path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {peer.key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


class Crowd:
    """The client under way: `done` reads what it saw."""

    def __init__(self, process: subprocess.Popen[bytes], out: Path) -> None:
        self.process = process
        self._out = out

    def done(self) -> tuple[Stream, ...]:
        if self.process.wait():
            raise RuntimeError("the client of the streams failed; its words are above")
        return read(self._out.read_bytes())


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How many streams, begun evenly over `ramp` seconds; the client gives up after `patience` seconds.

    With `distinct` no request comes twice.
    """

    streams: int
    ramp: float
    patience: float
    distinct: bool


def crowd(peer: Peer, port: int, folder: Path, size: Size) -> Crowd:
    file, out = folder / "request", folder / "times"
    file.write_bytes(request(peer, distinct=size.distinct))
    figures = (port, size.streams, round(size.ramp * 1000), round(size.patience))
    command = [str(compiled("client")), *map(str, figures), str(file), str(out)]
    return Crowd(subprocess.Popen(punctual(LOAD_CORE, command)), out)


def read(data: bytes) -> tuple[Stream, ...]:
    """The client's file: see the head of c/client.c."""
    words = array("Q", data)
    at, streams = 1, []
    for _ in range(words[0]):
        sent, head, end, status, whole, events = words[at : at + FIELDS]
        at += FIELDS
        times, kinds = words[at : at + 2 * events : 2], words[at + 1 : at + 2 * events : 2]
        content = tuple(time * NANO for time, kind in zip(times, kinds, strict=True) if kind == CONTENT)
        streams.append(
            Stream(
                sent=sent * NANO,
                head=head * NANO,
                end=end * NANO,
                status=status,
                whole=bool(whole),
                events=events,
                content=content,
            )
        )
        at += 2 * events
    return tuple(streams)
