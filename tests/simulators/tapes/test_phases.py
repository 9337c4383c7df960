"""The phases that are read from a recorded stream are those under which our own dialects wrote it."""

import re
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Any

import msgspec
import pytest

from novastack_simulators.dialects import DIALECTS
from novastack_simulators.dialects.dialect import Answer, Letter
from novastack_simulators.generation import Speaker, generate, stamp
from novastack_simulators.generation.tokens import unit
from novastack_simulators.plan import Frame
from novastack_simulators.profile import load_profile
from novastack_simulators.tapes.events import Event, events
from novastack_simulators.tapes.phases import carried
from novastack_simulators.tapes.usage import streamed

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [{"type": "function", "function": {"name": name, "parameters": SCHEMA}} for name in ("weather", "time")]
ASKED: dict[str, Any] = {"stream": True, "messages": [{"role": "user", "content": "Which way?"}]}
USAGE = {"stream_options": {"include_usage": True}}
CHAT = "/v1/chat/completions"
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("deepseek-v4-pro", CHAT, {**ASKED, **USAGE}),
    ("deepseek-v4-pro", CHAT, {**ASKED, "tools": TOOLS}),
    ("deepseek-v4-pro", "/beta/completions", {"stream": True, "prompt": "One two"}),
    ("qwen3-235b-a22b", "/compatible-mode" + CHAT, {**ASKED, **USAGE, "enable_thinking": True}),
    ("qwen3-235b-a22b", "/compatible-mode" + CHAT, {**ASKED, "enable_thinking": False, "tools": TOOLS}),
    ("qwen3-235b-a22b-vllm", CHAT, {**ASKED, **USAGE, "n": 2}),
    ("qwen3-235b-a22b-vllm", CHAT, {**ASKED, "tools": TOOLS}),
    ("openai-generic", CHAT, {**ASKED, **USAGE}),
    ("openai-generic", CHAT, {**ASKED, **USAGE, "tools": TOOLS}),
    ("openai-generic", "/v1/completions", {"stream": True, "prompt": "One two", **USAGE}),
    ("openai-generic", "/v1/responses", {"stream": True, "input": "Which way?", "reasoning": {"summary": "auto"}}),
    ("openai-generic", "/v1/responses", {"stream": True, "input": "Which way?", "tools": [
        {"type": "function", "name": "weather", "parameters": SCHEMA, "strict": False}]}),
    ("claude-opus-4-7", "/v1/messages", {**ASKED, "max_tokens": 2000}),
    ("claude-opus-4-7", "/v1/messages", {**ASKED, "max_tokens": 2000, "thinking": {
        "type": "adaptive", "display": "summarized"}}),
    ("claude-opus-4-7", "/v1/messages", {**ASKED, "max_tokens": 2000, "tools": [
        {"name": "weather", "input_schema": SCHEMA}]}),
]  # fmt: skip


def frames(name: str, path: str, body: dict[str, Any]) -> tuple[Frame, ...]:
    """A stream as the dialect writes it."""
    profile = load_profile(name)
    dialect = DIALECTS[profile.dialect].fitted(profile)
    found = dialect.at(path).resource(path)
    assert found is not None
    answer = found[0].serves
    assert isinstance(answer, Answer)
    fields = {"anthropic-version": "2023-06-01", "content-type": "application/json"}
    model = {"model": profile.models[0], **body}
    prompt = answer.decode(msgspec.json.encode(model), fields, profile)
    generation = generate(prompt, Speaker(seed=0, unit=unit(profile)))
    letter = Letter(prompt=prompt, generation=generation, profile=profile, stamp=stamp("it"), created=0)
    return tuple(frame for frame in answer.stream(letter) if frame.data)


@pytest.mark.parametrize(("name", "path", "body"), CASES)
def test_each_event_has_the_phase_of_its_frame(name: str, path: str, body: dict[str, Any]) -> None:
    """One event a frame, and what it carries is read from it."""
    written = frames(name, path, body)
    blocks = tuple(events(b"".join(frame.data for frame in written)))
    assert [len(frame.data) for frame in written] == [end - start for start, end in pairwise((0, *_ends(blocks)))]
    assert [frame.phase for frame in written] == [each.phase for each in carried(blocks)]


@pytest.mark.parametrize(("name", "path", "body"), CASES)
def test_usage_is_what_was_made(name: str, path: str, body: dict[str, Any]) -> None:
    """Where the provider told it: as many tokens as the frames carry, and why the choices ended."""
    written = frames(name, path, body)
    told = streamed(events(b"".join(frame.data for frame in written)))
    assert told.completion in (None, sum(frame.tokens for frame in written))
    assert (told.prompt is None) == (told.completion is None)
    assert told.prompt is None or told.prompt > 0
    assert re.fullmatch(r"(stop|length|tool_calls|end_turn|tool_use| )*", " ".join(told.finishes))


def test_the_cases_reach_every_phase() -> None:
    """But for errors, and signs of life, which have no model's words in them."""
    reached = {frame.phase for case in CASES for frame in frames(*case)}
    assert {"open", "reasoning", "text", "arguments", "finish", "usage", "done"} == reached


@pytest.mark.parametrize(
    "text",
    [
        b'data: {"error":{"message":"m","code":"data_inspection_failed"},"id":"chatcmpl-1"}\n\n',
        b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n',
        b'data: {"type":"error","code":"x","message":"m"}\n\n',
        b"event: error\ndata: no JSON\n\n",
    ],
)
def test_errors_are_known_in_every_wire(text: bytes) -> None:
    """DashScope's and vLLM's, Anthropic's, OpenAI's Responses', and any by its name."""
    assert ["error"] == [each.phase for each in carried(events(text))]


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"1", b'"x"', b"\xff", b'{"choices":3}', b'{"choices":[1,{"delta":2}]}', b"[" * 5000]
)
def test_what_is_no_answer_is_open(data: bytes) -> None:
    """Whatever a provider, or somebody in between, says."""
    assert [("open", 0)] == list(carried([Event(9, "", data)]))


def _ends(blocks: tuple[Event, ...]) -> Iterator[int]:
    return accumulate(block.end - start for start, block in zip((0, *(b.end for b in blocks)), blocks, strict=False))
