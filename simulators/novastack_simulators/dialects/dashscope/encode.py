"""From a Generation to DashScope's reply or stream, in the key order of the vendor's own examples (2025, 2026)."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from novastack_simulators import framing
from novastack_simulators.dialects.dashscope.errors import broken
from novastack_simulators.dialects.dashscope.inspection import breaks
from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.dialects.identifiers import letters, uuid
from novastack_simulators.dialects.openai.encode import Writer, totals
from novastack_simulators.plan import Frame

# Of a choice in a chunk: that which opens it, that which is first said or ends it, and all others.
OPENED: Final = ("delta", "index", "logprobs", "finish_reason")
TURNED: Final = ("finish_reason", "delta", "index", "logprobs")
CHOICE: Final = ("message", "delta", "finish_reason", "index", "logprobs")
SAID: Final = ("reasoning", "text", "arguments")


def _envelope(letter: Letter, kind: str) -> dict[str, Any]:
    return {
        "object": kind,
        "created": letter.created,
        "system_fingerprint": letter.profile.quirks.system_fingerprint,
        "model": letter.prompt.model,
        "id": f"chatcmpl-{uuid(letter.stamp)}",
        "usage": None,
    }


def _usage(letter: Letter) -> dict[str, Any]:
    reasoning = {"reasoning_tokens": letter.generation.reasoning_tokens}
    return {
        **totals(letter.generation),
        **({"completion_tokens_details": reasoning} if letter.prompt.thinking.on else {}),
        "prompt_tokens_details": {"cached_tokens": 0},
    }


def _opening(thinks: bool) -> dict[str, Any]:
    if thinks:
        return {"content": None, "role": "assistant", "reasoning_content": ""}
    return {"content": "", "role": "assistant"}


def _text(text: str, thinks: bool) -> dict[str, Any]:
    return {"content": text, "reasoning_content": None} if thinks else {"content": text}


def _message(text: str | None, reasoning: str | None) -> dict[str, Any]:
    return {"role": "assistant", "content": "" if text is None else text, "reasoning_content": reasoning or ""}


WRITER: Final = Writer(
    envelope=_envelope,
    order=("choices", "object", "usage", "created", "system_fingerprint", "model", "id"),
    call_id=lambda stamp, index: f"call_{letters(stamp, 24, index)}",
    usage=_usage,
    usage_at=lambda letter: ("trailing",) if letter.prompt.include_usage else (),
    opening=_opening,
    reasoning=lambda text: {"content": None, "reasoning_content": text},
    text=_text,
    closing=lambda thinks: _text("", thinks),
    message=_message,
    choice=CHOICE,
)


def plain(letter: Letter) -> bytes:
    return WRITER.plain(letter)


def stream(letter: Letter) -> tuple[Frame, ...]:
    """The frames; inspection breaks off after the first piece of the answer proper, and nothing follows."""
    frames = tuple(_reordered(WRITER.stream(letter)))
    if not breaks(letter.prompt):
        return frames
    answers = (index for index, frame in enumerate(frames) if frame.phase in ("text", "arguments", "finish"))
    error = Frame("error", 0, framing.data(msgspec.json.encode(broken(uuid(letter.stamp)))))
    return (*frames[: next(answers) + 1], error)


def _reordered(frames: tuple[Frame, ...]) -> Iterator[Frame]:
    begun = False
    for frame in frames:
        first = frame.phase in SAID and not begun
        begun = begun or first
        if frame.phase == "open":
            yield _in_order(frame, OPENED)
        elif first or frame.phase == "finish":
            yield _in_order(frame, TURNED)
        else:
            yield frame


def _in_order(frame: Frame, order: tuple[str, ...]) -> Frame:
    body = msgspec.json.decode(frame.data.removeprefix(b"data: "))
    body["choices"] = [{key: choice[key] for key in order} for choice in body["choices"]]
    return frame._replace(data=framing.data(msgspec.json.encode(body)))
