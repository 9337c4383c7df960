"""How DeepSeek writes what is said: key order, nulls, ids and usage, from recorded streams."""

from typing import Any, Final

from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.dialects.identifiers import letters, uuid
from novastack_simulators.dialects.openai.encode import Writer, totals


def envelope(letter: Letter, kind: str) -> dict[str, Any]:
    return {
        "id": uuid(letter.stamp),
        "object": kind,
        "created": letter.created,
        "model": letter.prompt.model,
        "system_fingerprint": letter.profile.quirks.system_fingerprint,
    }


def usage(letter: Letter) -> dict[str, Any]:
    """prompt_tokens = hits + misses; reasoning_tokens is absent with thinking off."""
    reasoning = {"reasoning_tokens": letter.generation.reasoning_tokens}
    hits = min(letter.cached.read, letter.generation.prompt_tokens)
    return {
        **totals(letter.generation),
        "prompt_tokens_details": {"cached_tokens": hits},
        **({"completion_tokens_details": reasoning} if letter.prompt.thinking.on else {}),
        "prompt_cache_hit_tokens": hits,
        "prompt_cache_miss_tokens": letter.generation.prompt_tokens - hits,
    }


def usage_at(letter: Letter) -> tuple[str, ...]:
    """Unasked, usage stands on the finish chunk; asked for, where the profile says (unconfirmed, so a quirk)."""
    if not letter.prompt.include_usage:
        return ("finish",)
    asked = letter.profile.quirks.usage_chunks
    return ("finish", "trailing") if asked == "both" else (asked,)


def _opening(thinks: bool) -> dict[str, Any]:
    if thinks:
        return {"role": "assistant", "content": None, "reasoning_content": ""}
    return {"role": "assistant", "content": ""}


def _text(text: str, thinks: bool) -> dict[str, Any]:
    return {"content": text, "reasoning_content": None} if thinks else {"content": text}


def _message(text: str | None, reasoning: str | None) -> dict[str, Any]:
    thought = {} if reasoning is None else {"reasoning_content": reasoning}
    return {"role": "assistant", "content": "" if text is None else text, **thought}


ORDER: Final = ("id", "object", "created", "model", "choices", "usage", "system_fingerprint")
WRITER: Final = Writer(
    envelope=envelope,
    order=ORDER,
    call_id=lambda stamp, index: f"call_{index % 64:02d}_{letters(stamp, 24, index)}",
    usage=usage,
    usage_at=usage_at,
    opening=_opening,
    reasoning=lambda text: {"content": None, "reasoning_content": text},
    text=_text,
    closing=lambda thinks: _text("", thinks),
    message=_message,
    choice=("index", "message", "delta", "logprobs", "finish_reason"),
)
