"""What an event says: its JSON out of the bytes of a frame, and back. Pure.

Faults strike before framing, so the bytes are the dialects' own: `event:` if there is one, one `data:`, a blank line.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from novastack_simulators.plan import Frame, Plan

DATA: Final = b"data: "
BLANK: Final = b"\n\n"
# Edits a JSON object in place, and says whether anything in it has changed.
Edit = Callable[[dict[str, Any]], bool]


def payload(frame: Frame) -> tuple[bytes, bytes, bytes]:
    """What stands before the payload of an event, the payload, and what stands after it; of a plain body it is all."""
    if frame.phase == "body":
        return b"", frame.data, b""
    head, mark, rest = frame.data.partition(DATA)
    if not mark:
        return frame.data, b"", b""
    said, blank, more = rest.partition(BLANK)
    return head + mark, said, blank + more


def read(frame: Frame) -> Any:
    """The JSON of an event; None if it has none, as `[DONE]` and comments have not."""
    try:
        return msgspec.json.decode(payload(frame)[1])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def spoken(plan: Plan, index: int | None) -> int | None:
    """The first event from an index on that has bytes: thoughts that are not shown have none."""
    if index is None:
        return None
    return next((later for later in range(index, len(plan.frames)) if plan.frames[later].data), None)


def written(frame: Frame, body: Any) -> Frame:
    """The frame with another JSON in its event."""
    before, _, after = payload(frame)
    return frame._replace(data=before + msgspec.json.encode(body) + after)


def rewritten(plan: Plan, start: int, edit: Edit) -> Plan | None:
    """The plan with every event from an index on edited; None if nothing was to be changed in any of them."""
    frames = list(plan.frames)
    for index in range(start, len(frames)):
        body = read(frames[index])
        if isinstance(body, dict) and edit(body):
            frames[index] = written(frames[index], body)
    if frames == list(plan.frames):
        return None
    return resized(msgspec.structs.replace(plan, frames=tuple(frames)))


def envelopes(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Where id, model and usage of an answer stand: in the event, in Anthropic's `message`, in a `response`."""
    inner = (body.get(name) for name in ("message", "response"))
    return [body, *(each for each in inner if isinstance(each, dict))]


def resized(plan: Plan) -> Plan:
    """The plan with a content-length that is true again, if it has one."""
    length = b"%d" % sum(len(frame.data) for frame in plan.frames)
    told = tuple((name, length if name == b"content-length" else value) for name, value in plan.headers)
    return msgspec.structs.replace(plan, headers=told)


def unsized(plan: Plan) -> Plan:
    """The plan without a content-length: what comes is of unknown length."""
    told = tuple(header for header in plan.headers if header[0] != b"content-length")
    return msgspec.structs.replace(plan, headers=told)


def inserted(plan: Plan, index: int, *frames: Frame) -> Plan:
    """More frames before an index, due when the frame there is."""
    dues = tuple(plan.dues)
    return msgspec.structs.replace(
        plan,
        frames=(*plan.frames[:index], *frames, *plan.frames[index:]),
        dues=(*dues[:index], *dues[index : index + 1] * len(frames), *dues[index:]),
    )
