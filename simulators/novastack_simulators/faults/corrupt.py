"""`corrupt`: bytes that are not what they must be: JSON, UTF-8, the size of a chunk, the length of the body."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, Self

import msgspec
from pydantic import Field, model_validator

from novastack_simulators.faults.at import At, is_byte, parted, place
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import payload, resized, spoken
from novastack_simulators.faults.fault import Fault
from novastack_simulators.faults.headers import put, without
from novastack_simulators.plan import Frame, Plan, Queue

# RFC 3629, 1: the octet FF never appears in UTF-8.
NEVER: Final = b"\xff"
# Where a value that a model said begins, else where any text does.
SAID: Final = re.compile(
    rb'"(?:content|text|arguments|partial_json|thinking|reasoning|reasoning_content|delta)":\s*"(?=[^"])'
)
TEXT: Final = re.compile(rb'":\s*"')
# RFC 9112, 7.1: chunk-size is hexadecimal.
NO_SIZE: Final = b"XYZ"
LONGER: Final = 10


class Corrupt(Fault):
    """`what` is wrong; `by` is how far from the truth a content-length is (10 bytes too long if that is not said)."""

    do: Literal["corrupt"]
    at: At = "first_text"
    what: Literal["json", "utf8", "chunk_size", "content_length"]
    by: int | None = Field(default=None, ge=-(10**9), le=10**9, strict=True)

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if self.what == "content_length" and self.at != "first_text":
            raise ValueError("a content_length is said in the head, once: leave `at` out")
        if self.what == "json" and is_byte(self.at):
            raise ValueError("json is corrupted in an event: give a phase as `at`, or corrupt utf8 at a byte")
        if self.what != "content_length" and self.by is not None:
            raise ValueError(f"`by` is for content_length only, and here {self.what} is corrupted")
        if self.by == 0:
            raise ValueError("`by` expects a number that is not 0, or the content_length is right")
        return self


def framed(fault: Corrupt) -> bool:
    """Whether it is about the bytes as they are framed."""
    return fault.what in ("chunk_size", "content_length") or is_byte(fault.at)


def strike(fault: Corrupt, plan: Plan, _context: Context) -> Plan | None:
    return CORRUPTIONS[fault.what](fault, plan)


def _json(fault: Corrupt, plan: Plan) -> Plan | None:
    """An event, or a body, without the last byte of its JSON."""
    return _said(plan, fault, lambda said: said[:-1])


def _utf8(fault: Corrupt, plan: Plan) -> Plan | None:
    """One octet that is never right: in a text of the event, or in place of a byte of the body."""
    if not is_byte(fault.at):
        return _said(plan, fault, _spoilt)
    found = parted(plan, fault.at)
    if found is None:
        return None
    whole, index = found
    frame = whole.frames[index]
    spoilt = frame._replace(data=NEVER + frame.data[1:])
    return msgspec.structs.replace(whole, frames=(*whole.frames[:index], spoilt, *whole.frames[index + 1 :]))


def _said(plan: Plan, fault: Corrupt, change: Callable[[bytes], bytes]) -> Plan | None:
    index = spoken(plan, place(plan.frames, fault.at))
    if index is None:
        return None
    frame = plan.frames[index]
    before, said, after = payload(frame)
    changed = frame._replace(data=before + change(said) + after)
    return resized(msgspec.structs.replace(plan, frames=(*plan.frames[:index], changed, *plan.frames[index + 1 :])))


def _spoilt(said: bytes) -> bytes:
    starts = [found.end() for found in SAID.finditer(said)] or [found.end() for found in TEXT.finditer(said)]
    place = starts[-1] if starts else len(said) // 2
    return said[:place] + NEVER + said[place:]


def _chunk_size(fault: Corrupt, plan: Plan) -> Plan | None:
    """The body in chunks of our own, of which one has a size that is none."""
    found = parted(plan, fault.at)
    wrong = found and spoken(found.plan, found.start)
    if found is None or wrong is None:
        return None
    whole = found.plan
    frames = [
        frame._replace(data=_chunk(NO_SIZE if index == wrong else b"%x" % len(frame.data), frame.data))
        for index, frame in enumerate(whole.frames)
    ]
    end = Frame(whole.frames[-1].phase, 0, b"0\r\n\r\n")
    return msgspec.structs.replace(
        whole,
        headers=put(without(whole.headers, b"content-length"), b"transfer-encoding", b"chunked"),
        frames=(*frames, end),
        dues=(*whole.dues, whole.dues[-1]),
        # A sign of life would have to be a chunk too.
        queue=Queue(),
    )


def _chunk(size: bytes, data: bytes) -> bytes:
    # RFC 9112, 7.1: a chunk of size 0 is the last one, so what is empty is none.
    return b"%b\r\n%b\r\n" % (size, data) if data else b""


def _content_length(fault: Corrupt, plan: Plan) -> Plan:
    """A length that the body does not have. The connection is closed after it: what follows could not be found."""
    length = max(0, sum(len(frame.data) for frame in plan.frames) + (fault.by or LONGER))
    headers = put(without(plan.headers, b"content-length"), b"content-length", b"%d" % length)
    return msgspec.structs.replace(plan, headers=headers, end=plan.dues[-1], ending="fin")


CORRUPTIONS: Final[Mapping[str, Callable[[Corrupt, Plan], Plan | None]]] = MappingProxyType(
    {"json": _json, "utf8": _utf8, "chunk_size": _chunk_size, "content_length": _content_length}
)
