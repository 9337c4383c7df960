"""A plan as it goes on the wire: grouped, dressed, coded and cut. The events, the tokens and the order stay."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import Final, NamedTuple

import msgspec

from novastack_simulators.framing import coding
from novastack_simulators.framing.framing import Framing
from novastack_simulators.framing.lines import Lines, lead
from novastack_simulators.framing.pieces import pieces
from novastack_simulators.plan import Frame, Headers, Plan

ALONE: Final = ("queued", "body")


class Parts(NamedTuple):
    """The frames of the new plan, when each is due, and for each the last frame of the old plan that is in it."""

    frames: list[Frame]
    dues: list[float]
    sources: list[int]


def framed(plan: Plan, framing: Framing, rng: Random, accepts: str = "") -> Plan:
    """The same answer under the framing; `accepts` is what the client's accept-encoding header says.

    Bytes that are chunks already, or coded already, are not read: they are grouped and cut, and no more. An answer
    without a byte stays without.
    """
    if framing.default or not any(frame.data for frame in plan.frames):
        return plan
    grouped = _grouped(plan, framing)
    dressed = grouped if _opaque(plan) else _coded(_dressed(grouped, framing), framing, accepts)
    return _cut(dressed, framing, rng)


def _opaque(plan: Plan) -> bool:
    return any(name in (b"transfer-encoding", b"content-encoding") for name, _ in plan.headers)


def _streamed(plan: Plan) -> bool:
    return all(frame.phase != "body" for frame in plan.frames)


def _rebuilt(plan: Plan, parts: Parts) -> Plan:
    """The plan with other frames, each a write of its own; what points at a frame follows it."""
    slow = plan.slow and (bisect_left(parts.sources, plan.slow[0]), plan.slow[1])
    return msgspec.structs.replace(plan, frames=tuple(parts.frames), dues=tuple(parts.dues), slow=slow, apart=True)


# Grouped: several events in one write, sent when the last of them is due


def _grouped(plan: Plan, framing: Framing) -> Plan:
    word, most = framing.cut
    if word != "events":
        return plan
    frames = plan.frames
    starts = [0]
    for index in range(1, len(frames)):
        alone = frames[index].phase in ALONE or frames[index - 1].phase in ALONE
        if alone or index - starts[-1] == most:
            starts.append(index)
    groups = list(pairwise((*starts, len(frames))))
    return _rebuilt(
        plan,
        Parts(
            [_joined(frames[start:end]) for start, end in groups],
            [max(plan.dues[start:end]) for start, end in groups],
            [end - 1 for _, end in groups],
        ),
    )


def _joined(frames: Sequence[Frame]) -> Frame:
    data = b"".join(frame.data for frame in frames)
    return Frame(frames[-1].phase, sum(frame.tokens for frame in frames), data)


# Dressed: the same events in other lines


def _dressed(plan: Plan, framing: Framing) -> Plan:
    if not framing.dressed:
        return plan
    return _stream(plan, framing) if _streamed(plan) else _body(plan, framing)


def _stream(plan: Plan, framing: Framing) -> Plan:
    lines = Lines(framing)
    first, *rest = (lines.feed(frame.data) for frame in plan.frames)
    repeat = plan.repeat and plan.repeat._replace(
        frames=tuple(frame._replace(data=lines.feed(frame.data)) for frame in plan.repeat.frames)
    )
    # A byte order mark is one only as the very first bytes, so no sign of life may come before it.
    sign = b"" if framing.bom else Lines(framing).feed(plan.queue.sign)
    return msgspec.structs.replace(
        plan,
        frames=_with(plan.frames, (lead(framing) + first, *rest)),
        repeat=repeat,
        queue=plan.queue._replace(sign=sign),
    )


def _body(plan: Plan, framing: Framing) -> Plan:
    """RFC 8259, 2: white space may stand before a JSON text; 8.1: a byte order mark must not."""
    blank = framing.end * framing.blank_lines
    if not any(name == b"content-type" and value.startswith(b"application/json") for name, value in plan.headers):
        return plan
    first, *rest = plan.frames
    frames = (first._replace(data=blank + first.data), *rest)
    return msgspec.structs.replace(plan, frames=frames, headers=_longer(plan.headers, len(blank)))


def _with(frames: Sequence[Frame], written: Sequence[bytes]) -> tuple[Frame, ...]:
    return tuple(frame._replace(data=data) for frame, data in zip(frames, written, strict=True))


def _longer(headers: Headers, more: int) -> Headers:
    """A content-length that was right is right again; one that a fault made wrong is wrong by as much."""
    return tuple(
        (name, b"%d" % max(0, int(value) + more)) if name == b"content-length" and value.isdigit() else (name, value)
        for name, value in headers
    )


# Coded: compressed where the client takes it


def _coded(plan: Plan, framing: Framing, accepts: str) -> Plan:
    if not framing.gzip:
        return plan
    # RFC 9110, 12.5.5: what was chosen by a request's header says so.
    chosen: Headers = ((b"vary", b"accept-encoding"),) if framing.gzip is True else ()
    if framing.gzip is True and not coding.welcome(accepts):
        return msgspec.structs.replace(plan, headers=(*plan.headers, *chosen))
    plain = [frame.data for frame in plan.frames]
    packed = coding.packed(plain, whole=plan.ending == "complete" and plan.repeat is None)
    repeat = plan.repeat and plan.repeat._replace(
        frames=tuple(frame._replace(data=coding.block(frame.data)) for frame in plan.repeat.frames)
    )
    longer = _longer(plan.headers, sum(map(len, packed)) - sum(map(len, plain)))
    return msgspec.structs.replace(
        plan,
        headers=(*longer, (b"content-encoding", b"gzip"), *chosen),
        frames=_with(plan.frames, packed),
        repeat=repeat,
        # A sign of life would have to stand before the member's own head.
        queue=plan.queue._replace(sign=b""),
    )


# Cut: the bytes of an event in several writes


def _cut(plan: Plan, framing: Framing, rng: Random) -> Plan:
    word, number = framing.cut
    if word == "event":
        return plan
    pause, parts = framing.pause / 1000, Parts([], [], [])
    for source, (frame, due) in enumerate(zip(plan.frames, plan.dues, strict=True)):
        cut = [Frame(frame.phase, 0, data) for data in pieces(frame.data, word, number, rng)]
        # An engine's frame is due when its tokens are made: the first piece waits for them, and the rest for it.
        bearer = 0 if plan.ticket else -1
        cut[bearer] = cut[bearer]._replace(tokens=frame.tokens)
        start = max(due, parts.dues[-1]) if parts.dues else due
        parts.frames.extend(cut)
        parts.dues.extend(start + index * pause for index in range(len(cut)))
        parts.sources.extend([source] * len(cut))
    return _rebuilt(plan, parts)
