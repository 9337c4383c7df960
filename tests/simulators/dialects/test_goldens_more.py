"""Streams that need more than a generation, against goldens written by hand: redacted, refused, cached, in the middle."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from novastack_simulators.dialects.anthropic.body import CountBody, Message
from novastack_simulators.dialects.anthropic.decode import Heard
from novastack_simulators.dialects.anthropic.encode import stream as anthropic
from novastack_simulators.dialects.deepseek.fim import stream as fim
from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.generation import Choice, Generation
from novastack_simulators.plan import Frame
from novastack_simulators.prefixes import Cached
from novastack_simulators.profile import Span, load_profile
from novastack_simulators.prompt import Prompt, Thinking, Turn

GOLDENS = Path(__file__).parent / "goldens"
BODY = CountBody(model="claude-opus-4-7", messages=[Message(role="user", content="hi")])
MASKS = (
    (rb"(msg_01)[0-9A-Za-z]{22}", rb"\1*"),
    (rb'("data":")[A-Za-z0-9+/=]{200,}"', rb'\1*"'),
    (rb" *\}\n", rb"}\n"),
    (rb'"output_tokens":[1-7](,"output_tokens_details":null)', rb'"output_tokens":*\1'),
)
CACHED = Cached(read=2, written={300.0: 1, 3600.0: 4})
CASES: list[tuple[str, str, Callable[[Letter], tuple[Frame, ...]], Choice, Cached, dict[str, Any]]] = [
    (
        "anthropic-redacted.sse",
        "claude-opus-4-7",
        anthropic,
        Choice(reasoning=("So", "…"), text=("Good", " day")),
        Cached(),
        {"thinking": Thinking(on=True), "wire": Heard(BODY, redacted=True)},
    ),
    ("anthropic-refusal.sse", "claude-opus-4-7", anthropic, Choice(finish="length"), CACHED,
     {"wire": Heard(BODY, refused=True)}),
    ("deepseek-fim.sse", "deepseek-v4-pro", fim, Choice(text=("Good", " day")), Cached(read=2), {}),
]  # fmt: skip


@pytest.mark.parametrize(("file", "profile", "write", "said", "cached", "more"), CASES)
def test_the_wire_is_the_golden(
    file: str,
    profile: str,
    write: Callable[[Letter], tuple[Frame, ...]],
    said: Choice,
    cached: Cached,
    more: dict[str, Any],
) -> None:
    """Byte for byte, key order and nulls included."""
    loaded = load_profile(profile)
    prompt = Prompt(model=profile, turns=(Turn(role="user", text="hi"),), content=b"", fingerprint=b"", **more)
    letter = Letter(
        prompt=prompt,
        generation=Generation(choices=(said,), prompt_tokens=9),
        profile=loaded.model_copy(update={"delta_tokens": Span(least=1, most=1, source="test", sure="assumed")}),
        stamp=bytes(range(32)),
        created=1_795_392_000,
    )
    sent = b"".join(frame.data for frame in write(msgspec.structs.replace(letter, cached=cached)))
    for mask, replacement in MASKS:
        sent = re.sub(mask, replacement, sent)
    assert (GOLDENS / file).read_bytes() == sent
