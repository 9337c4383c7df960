"""From a tape to a plan: the recorded bytes in the recorded chunks at the recorded times. Pure.

By chunk, every chunk is a write of its own. By event, every event is a frame of its own, due when its last byte came:
then faults find their phases and framings their events, and what came at once goes out at once.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from novastack_simulators.plan import Ending, Frame, Headers, Phase, Plan, Work
from novastack_simulators.tapes import usage
from novastack_simulators.tapes.events import Event, events
from novastack_simulators.tapes.phases import SPEECH, Carried, carried
from novastack_simulators.tapes.tape import Chunk, Ended, Response, Tape
from novastack_simulators.tapes.usage import Usage

By = Literal["chunk", "event"]
# After what was recorded the upstream was silent, or nobody knows: the client's own patience ends it.
ENDINGS: Final[Mapping[Ended, Ending]] = MappingProxyType(
    {"complete": "complete", "fin": "fin", "rst": "abort", "timeout": "hang", "cancelled": "hang"}
)
MICROS: Final = 1_000_000
# The edge delimits what it sends by itself.
HOPS: Final = ("transfer-encoding", "trailer", "connection", "keep-alive")


class Part(NamedTuple):
    """A run of the body: where it ends, what it carries, and how many tokens were made for it."""

    end: int
    phase: Phase
    tokens: int


def planned(tape: Tape, speed: float = 1.0, by: By = "chunk") -> Plan:
    """The tape as a plan. `speed` 20 is twenty times faster, 0 is at once."""
    ending, end = ENDINGS[tape.ended], _due(tape.us, speed)
    response = tape.response
    if response is None:
        return Plan(status=0, headers=(), frames=(), dues=(), end=end, ending=ending)
    parts, told = _read(tape, response)
    timed = _chunks(tape, response, parts) if by == "chunk" else _events(tape, response, parts)
    raw = by == "chunk" and _raw(tape, response)
    return Plan(
        status=response.status,
        headers=_head(response, raw=raw),
        frames=tuple(frame for _, frame in timed),
        dues=tuple(_due(us, speed) for us, _ in timed),
        end=end,
        ending=ending,
        apart=by == "chunk",
        work=None if told.completion is None else Work(told.prompt or 0, told.finishes or ("stop",)),
    )


def _due(us: int, speed: float) -> float:
    return us / (MICROS * speed) if speed else 0.0


def told(tape: Tape) -> Usage:
    """What the recorded answer says of its own tokens."""
    return Usage() if tape.response is None else _read(tape, tape.response)[1]


def _streams(response: Response) -> bool:
    """A coded stream is bytes whose events cannot be told apart."""
    coded = response.headers.get("content-encoding", "identity") != "identity"
    return response.headers.get("content-type", "").lower().startswith("text/event-stream") and not coded


def _read(tape: Tape, response: Response) -> tuple[tuple[Part, ...], Usage]:
    if not _streams(response):
        said = usage.plain(tape.body)
        return (Part(len(tape.body), "body", said.completion or 0),), said
    blocks = tuple(events(tape.body))
    said = usage.streamed(blocks)
    return tuple(_parts(blocks, carried(blocks), said)), said


def _parts(blocks: Sequence[Event], found: Sequence[Carried], said: Usage) -> Iterator[Part]:
    """The provider tells how many tokens it made, not for which event: they are shared out by the length of the text."""
    sizes = [each.size if each.phase in SPEECH else 0 for each in found]
    whole = sum(sizes) or 1
    tokens = sum(map(bool, sizes)) if said.completion is None else said.completion
    shares = [0, *(tokens * size // whole for size in accumulate(sizes))]
    for index, (block, each) in enumerate(zip(blocks, found, strict=True)):
        yield Part(block.end, each.phase, shares[index + 1] - shares[index])


Timed = list[tuple[int, Frame]]


def _events(tape: Tape, response: Response, parts: Sequence[Part]) -> Timed:
    """A frame for each part, a plain body being one with its head. What is no part of the body is left out."""
    ends = list(accumulate(len(chunk.bytes) for chunk in response.chunks))
    plain = bool(tape.body) and parts[0].phase == "body"
    timed, start = [] if plain else _before(response, parts), 0
    for part in parts if tape.body else ():
        us = response.chunks[bisect_left(ends, part.end)].us
        timed.append((us, Frame(part.phase, part.tokens, tape.body[start : part.end])))
        start = part.end
    return timed


def _chunks(tape: Tape, response: Response, parts: Sequence[Part]) -> Timed:
    """A frame for each chunk."""
    ends = [part.end for part in parts]
    chunks = response.chunks
    timed, raw, start, first = _before(response, parts), _raw(tape, response), 0, 0
    for index, chunk in enumerate(chunks):
        end = start + len(chunk.bytes)
        last = bisect_left(ends, end + 1)  # the parts before this one end here or before
        phase = parts[min(first, len(parts) - 1)].phase if parts else "open"
        begun = index > 0 and chunks[index - 1].more > 0
        data = _chunked(chunk, begun=begun) if raw else chunk.bytes
        timed.append((chunk.us, Frame(phase, sum(part.tokens for part in parts[first:last]), data)))
        start, first = end, last
    return [*timed, *_after(tape, response, raw=raw)]


def _after(tape: Tape, response: Response, *, raw: bool) -> Iterator[tuple[int, Frame]]:
    if raw and tape.ended == "complete":
        # RFC 9112, 7.1.2: the trailer section follows the last chunk.
        lines = "".join(f"{name}: {value}\r\n" for name, value in response.trailers.items())
        yield tape.us, Frame("done", 0, f"0\r\n{lines}\r\n".encode("latin-1"))
    for chunk in tape.rest:
        yield chunk.us, Frame("body", 0, chunk.bytes)


def _before(response: Response, parts: Sequence[Part]) -> Timed:
    """The head goes by itself if it came before the body."""
    if response.chunks and response.us == response.chunks[0].us:
        return []
    return [(response.us, Frame("body" if parts and parts[0].phase == "body" else "open", 0, b""))]


def _raw(tape: Tape, response: Response) -> bool:
    """Whether the chunks have to be written as they stood on the wire, because the edge writes whole ones only."""
    chunked = response.headers.get("transfer-encoding", "").lower().endswith("chunked")
    return chunked and bool(tape.rest or response.trailers or any(chunk.more for chunk in response.chunks))


def _chunked(chunk: Chunk, *, begun: bool) -> bytes:
    """RFC 9112, 7.1: the size before the first bytes of a chunk, a line end after the last."""
    size = b"" if begun else b"%x\r\n" % (len(chunk.bytes) + chunk.more)
    return size + chunk.bytes + (b"" if chunk.more else b"\r\n")


def _head(response: Response, *, raw: bool) -> Headers:
    kept = {name: value for name, value in response.headers.items() if name not in HOPS}
    if raw:
        kept = {**kept, "transfer-encoding": "chunked"}
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in kept.items())
