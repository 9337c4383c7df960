"""What a recorded answer says of itself: its tokens, and why it ended. Pure."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from novastack_simulators.tapes.events import Event
from novastack_simulators.tapes.phases import choices, member, read

# What each count is called: by OpenAI and its likes, by Anthropic and OpenAI's Responses.
PROMPT: Final = ("prompt_tokens", "input_tokens")
# Anthropic counts what was cached besides the input: the whole prompt is the sum of the three.
CACHED: Final = ("cache_creation_input_tokens", "cache_read_input_tokens")
COMPLETION: Final = ("completion_tokens", "output_tokens")
REASONING: Final = (
    ("completion_tokens_details", "reasoning_tokens"), ("output_tokens_details", "reasoning_tokens"),
    ("output_tokens_details", "thinking_tokens"),
)  # fmt: skip


class Usage(NamedTuple):
    """Counts in tokens as the provider told them, and the finish reason of each choice; None and () if it did not."""

    prompt: int | None = None
    completion: int | None = None
    reasoning: int = 0
    finishes: tuple[str, ...] = ()


def streamed(blocks: Iterable[Event]) -> Usage:
    """Of a stream: each count as it was last told."""
    return _told(map(read, blocks))


def plain(body: bytes) -> Usage:
    """Of an answer that came in one piece."""
    return _told([read(Event(len(body), "", body))])


def _told(bodies: Iterable[dict[str, Any]]) -> Usage:
    counts: dict[str, Any] = {}
    finishes: dict[int, str] = {}
    for body in bodies:
        # Anthropic's stream opens with a `message`, an event of OpenAI's Responses has a `response`.
        for holder in (member(body, "message"), member(body, "response"), body):
            counts |= {name: value for name, value in member(holder, "usage").items() if value is not None}
            finishes |= _finishes(holder)
    thought = (member(counts, details).get(name) for details, name in REASONING)
    prompt = _count(counts, PROMPT)
    return Usage(
        prompt=None if prompt is None else prompt + sum(_count(counts, (name,)) or 0 for name in CACHED),
        completion=_count(counts, COMPLETION),
        reasoning=next((count for count in thought if isinstance(count, int)), 0),
        finishes=tuple(finishes[index] for index in sorted(finishes)),
    )


def _count(counts: dict[str, Any], names: Iterable[str]) -> int | None:
    return next((value for value in map(counts.get, names) if isinstance(value, int)), None)


def _finishes(body: dict[str, Any]) -> dict[int, str]:
    told = {choice.get("index", 0): choice.get("finish_reason") for choice in choices(body)}
    told[0] = told.get(0) or body.get("stop_reason") or member(body, "delta").get("stop_reason")
    return {index: reason for index, reason in told.items() if isinstance(index, int) and isinstance(reason, str)}
