"""The streams and replies of each dialect against goldens that were written by hand from the recorded wire.

Ids are made from the stamp 00 01 02 …; letters that are drawn at random and the padding are masked.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from novastack_simulators.dialects import DIALECTS
from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.generation import Call, Choice, Generation
from novastack_simulators.profile import Span, load_profile
from novastack_simulators.prompt import Prompt, Thinking, Turn

GOLDENS = Path(__file__).parent / "goldens"
PROFILES = {"dashscope": "qwen3-235b-a22b", "deepseek": "deepseek-v4-pro", "anthropic": "claude-opus-4-7"}
MASKS = (
    (rb"(msg_01|toolu_01|call_(?:\d\d_)?)[0-9A-Za-z]{22,24}", rb"\1*"),
    (rb'("signature":")[A-Za-z0-9+/=]{200,}"', rb'\1*"'),
    (rb" *\}\n", rb"}\n"),
    (rb'"output_tokens":[1-7](,"output_tokens_details":null)', rb'"output_tokens":*\1'),
)
SAID = {
    "text": Choice(text=("Good", " day")),
    "thinking": Choice(reasoning=("So", "…"), text=("Good", " day")),
    "tools": Choice(
        calls=(Call(name="one", arguments=('{"a"', ": 1}")), Call(name="two", arguments=("{}",))), finish="tool_calls"
    ),
    "length": Choice(text=("Good",), finish="length"),
}


def letter(dialect: str, said: str, **more: Any) -> Letter:
    profile = load_profile(PROFILES[dialect])
    one = Span(least=1, most=1, source="test", sure="assumed")
    prompt = Prompt(
        model=profile.models[0], turns=(Turn(role="user", text="hi"),), content=b"", fingerprint=b"", **more
    )
    return Letter(
        prompt=prompt,
        generation=Generation(choices=(SAID[said],), prompt_tokens=9),
        profile=profile.model_copy(update={"delta_tokens": one}),
        stamp=bytes(range(32)),
        created=1_795_392_000,
    )


CASES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("dashscope-thinking.sse", "dashscope", "thinking", {"thinking": Thinking(on=True), "include_usage": True}),
    ("dashscope-tools.sse", "dashscope", "tools", {}),
    ("deepseek-thinking.sse", "deepseek", "thinking", {"thinking": Thinking(on=True)}),
    ("deepseek-usage.sse", "deepseek", "length", {"include_usage": True}),
    ("anthropic-omitted.sse", "anthropic", "thinking", {"thinking": Thinking(on=True, shown=False)}),
    ("anthropic-thinking.sse", "anthropic", "thinking", {"thinking": Thinking(on=True)}),
    ("anthropic-tools.sse", "anthropic", "tools", {}),
    ("dashscope.json", "dashscope", "text", {}),
    ("deepseek.json", "deepseek", "thinking", {"thinking": Thinking(on=True)}),
    ("deepseek-tools.json", "deepseek", "tools", {}),
    ("anthropic.json", "anthropic", "tools", {}),
]


@pytest.mark.parametrize(("file", "dialect", "said", "more"), CASES)
def test_the_wire_is_the_golden(file: str, dialect: str, said: str, more: dict[str, Any]) -> None:
    """Byte for byte, key order and nulls included."""
    written = letter(dialect, said, **more)
    if file.endswith(".sse"):
        sent = b"".join(frame.data for frame in DIALECTS[dialect].chat.stream(written))
    else:
        sent = DIALECTS[dialect].chat.plain(written) + b"\n"
    for mask, replacement in MASKS:
        sent = re.sub(mask, replacement, sent)
    assert (GOLDENS / file).read_bytes() == sent


@pytest.mark.parametrize("dialect", PROFILES)
@pytest.mark.parametrize("said", ["text", "thinking", "tools", "length"])
def test_the_tokens_of_the_frames_add_up(dialect: str, said: str) -> None:
    """What the frames say they carry is what usage counts."""
    written = letter(dialect, said, thinking=Thinking(on=said == "thinking", shown=False))
    frames = DIALECTS[dialect].chat.stream(written)
    assert written.generation.completion_tokens == sum(frame.tokens for frame in frames)


def test_every_anthropic_event_is_padded_before_its_last_brace() -> None:
    """The padding masks the length, differs between events, and is the same for the same stamp."""
    frames = DIALECTS["anthropic"].chat.stream(letter("anthropic", "tools"))
    spaces = [len(found[1]) for frame in frames if (found := re.search(rb"( *)\}\n\n$", frame.data))]
    assert len(set(spaces)) > 3
    assert frames == DIALECTS["anthropic"].chat.stream(letter("anthropic", "tools"))
