"""The streams and replies of vLLM and SGLang, byte for byte, against goldens written by hand; ids are masked."""

import re
from pathlib import Path
from typing import Any

import pytest

from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.dialects.vllm.decode import Body, StreamOptions
from novastack_simulators.dialects.vllm.encode import plain, stream
from novastack_simulators.generation import Call, Choice, Generation
from novastack_simulators.profile import Quirks, load_profile
from novastack_simulators.prompt import Choosing, Prompt, Thinking, Turn

GOLDENS = Path(__file__).parent / "goldens"
MASKS = (
    (rb"(chatcmpl-(?:tool-)?|call_|\"id\":\")[0-9a-z]{24,32}\"", rb'\1*"'),
)  # fmt: skip
SAID = {
    "text": Choice(text=("Good", " day")),
    "stopped": Choice(text=("Good", " day"), finish="stop_sequence", stopped_by="!"),
    "thinking": Choice(reasoning=("So", "…"), text=("Good", " day")),
    "tools": Choice(
        calls=(Call(name="one", arguments=('{"a"', ": 1}")), Call(name="two", arguments=("{}",))), finish="tool_calls"
    ),
}
THINKS = {"thinking": Thinking(on=True)}
CONTINUOUS = Body(model="m", messages=[], stream_options=StreamOptions(True, True))


def letter(said: str, serving: Any = "vllm", **more: Any) -> Letter:
    profile = load_profile("qwen3-235b-a22b-vllm").quirked(Quirks(serving=serving))
    turns = (Turn(role="user", text="hi"),)
    return Letter(
        prompt=Prompt(model=profile.models[0], turns=turns, content=b"", fingerprint=b"", **more),
        generation=Generation(choices=(SAID[said],), prompt_tokens=9),
        profile=profile,
        stamp=bytes(range(32)),
        created=1_795_392_000,
    )


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("vllm-thinking.sse", "thinking", {**THINKS, "include_usage": True}),
    ("vllm-continuous.sse", "stopped", {"include_usage": True, "wire": CONTINUOUS}),
    ("vllm-tools.sse", "tools", {}),
    ("vllm.json", "thinking", THINKS),
    ("vllm-tools.json", "tools", {}),
    ("sglang-thinking.sse", "thinking", {**THINKS, "include_usage": True}),
    ("sglang-tools.sse", "tools", {}),
    ("sglang.json", "thinking", THINKS),
]


@pytest.mark.parametrize(("file", "said", "more"), CASES)
def test_the_wire_is_the_golden(file: str, said: str, more: dict[str, Any]) -> None:
    """Key order and nulls included."""
    written = letter(said, re.split(r"[-.]", file, maxsplit=1)[0], **more)
    sent = b"".join(frame.data for frame in stream(written)) if file.endswith(".sse") else plain(written) + b"\n"
    for mask, replacement in MASKS:
        sent = re.sub(mask, replacement, sent)
    assert (GOLDENS / file).read_bytes().decode() == sent.decode()


@pytest.mark.parametrize("serving", ["vllm", "sglang"])
@pytest.mark.parametrize("said", SAID)
def test_the_tokens_of_the_frames_add_up(serving: str, said: str) -> None:
    """What the frames say they carry is what usage counts, also where reasoning is not shown."""
    for shown in (True, False):
        written = letter(said, serving, thinking=Thinking(on=said == "thinking", shown=shown))
        assert written.generation.completion_tokens == sum(frame.tokens for frame in stream(written))


def test_reasoning_that_is_not_asked_for_is_not_sent() -> None:
    """`include_reasoning: false`: made and counted, but neither streamed nor in the message."""
    written = letter("thinking", thinking=Thinking(on=True, shown=False))
    sent = b"".join(frame.data for frame in stream(written))
    assert b'"reasoning"' not in sent
    assert b'"reasoning":null' in plain(written)


@pytest.mark.parametrize(("serving", "finish"), [("vllm", "stop"), ("sglang", "tool_calls")])
def test_a_named_tool_ends_with_a_stop_on_vllm(serving: str, finish: str) -> None:
    """SGLang says tool_calls."""
    written = letter("tools", serving, choosing=Choosing(mode="named", name="one"))
    assert f'"finish_reason":"{finish}"'.encode() in plain(written)
    assert f'"finish_reason":"{finish}"'.encode() in stream(written)[-2].data


@pytest.mark.parametrize(("serving", "field"), [("vllm", b'"stop_reason":"!"'), ("sglang", b'"matched_stop":"!"')])
def test_the_stop_sequence_is_named(serving: str, field: bytes) -> None:
    """Each in its own field."""
    written = letter("stopped", serving)
    assert field in plain(written)
    assert field in stream(written)[-2].data
