"""OpenAI's replies and streams against goldens written by hand from the recorded wire (wire.md A3 to A5).

Ids and padding are masked, as they are drawn.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from novastack_simulators.dialects.dialect import Answer, Letter
from novastack_simulators.dialects.openai import CHAT, COMPLETION, RESPONSE, chat, legacy
from novastack_simulators.dialects.openai.responses.body import Body, Reasoning
from novastack_simulators.generation import Call, Choice, Generation
from novastack_simulators.profile import load_profile
from novastack_simulators.prompt import Prompt, Thinking, Turn

GOLDENS = Path(__file__).parent / "goldens"
MASKS = (
    (rb"(chatcmpl-|cmpl-)[0-9A-Za-z]{29}", rb"\1*"),
    (rb"call_[0-9A-Za-z]{24}", rb"call_*"),
    (rb"(resp_|msg_|rs_|fc_)[0-9a-f]{48}", rb"\1*"),
    (rb'("obfuscation":")[0-9A-Za-z]{1,16}"', rb'\1*"'),
)
CHATTED = chat.Body(model="openai-generic", messages=[])
SILENT = chat.Body(model="openai-generic", messages=[], stream_options=chat.Options(include_obfuscation=False))
COMPLETED = legacy.Body(
    model="openai-generic", prompt="hi", echo=True, stream_options=legacy.Options(include_obfuscation=False)
)
RESPONDED = Body(model="openai-generic", input="hi")
REASONED = Body(model="openai-generic", input="hi", reasoning=Reasoning(effort="low", summary="auto"))
TEXT = Choice(text=("Good", " day"))
TOOLS = Choice(
    calls=(Call(name="one", arguments=('{"a"', ": 1}")), Call(name="two", arguments=("{}",))), finish="tool_calls"
)
CASES: list[tuple[str, Answer, Choice, Any, dict[str, Any]]] = [
    ("chat-text.sse", CHAT, TEXT, CHATTED, {"include_usage": True}),
    ("chat-tools.sse", CHAT, TOOLS, SILENT, {}),
    ("chat-tools.json", CHAT, TOOLS, CHATTED, {}),
    ("completion.sse", COMPLETION, Choice(text=("Good",), finish="length"), COMPLETED, {"bare": True}),
    ("response-text.sse", RESPONSE, TEXT, RESPONDED, {}),
    ("response-tools.sse", RESPONSE, TOOLS, RESPONDED, {}),
    (
        "response-reasoning.sse",
        RESPONSE,
        Choice(reasoning=("So", "…"), text=("Good", " day")),
        REASONED,
        {"thinking": Thinking(on=True)},
    ),
]


def letter(said: Choice, wire: Any, more: dict[str, Any]) -> Letter:
    turn = Turn(role="user", text="hi")
    prompt = Prompt(model="openai-generic", turns=(turn,), content=b"", fingerprint=b"", wire=wire, **more)
    return Letter(
        prompt=prompt,
        generation=Generation(choices=(said,), prompt_tokens=9),
        profile=load_profile("openai-generic"),
        stamp=bytes(range(32)),
        created=1_795_392_000,
    )


@pytest.mark.parametrize(("file", "answer", "said", "wire", "more"), CASES, ids=[case[0] for case in CASES])
def test_the_wire_is_the_golden(file: str, answer: Answer, said: Choice, wire: Any, more: dict[str, Any]) -> None:
    """Byte for byte, key order and nulls included."""
    written = letter(said, wire, more)
    streamed = file.endswith(".sse")
    sent = b"".join(frame.data for frame in answer.stream(written)) if streamed else answer.plain(written) + b"\n"
    for mask, replacement in MASKS:
        sent = re.sub(mask, replacement, sent)
    assert (GOLDENS / file).read_bytes() == sent


@pytest.mark.parametrize(("file", "answer", "said", "wire", "more"), CASES, ids=[case[0] for case in CASES])
def test_the_tokens_of_the_frames_add_up(
    file: str, answer: Answer, said: Choice, wire: Any, more: dict[str, Any]
) -> None:
    """What the frames say they carry is what usage counts."""
    assert said.tokens == sum(frame.tokens for frame in answer.stream(letter(said, wire, more)))


def test_hidden_reasoning_travels_with_what_follows_it() -> None:
    """No frame is empty, and the two hidden tokens are on the first delta of the text."""
    said = Choice(reasoning=("So", "…"), text=("Good", " day"))
    frames = CHAT.stream(letter(said, CHATTED, {"thinking": Thinking(on=True, shown=False)}))
    assert [0, 3, 1, 0, 0] == [frame.tokens for frame in frames]
    assert all(frame.data for frame in frames)
