"""The translation is total: any chat request becomes a good request of the Messages API, or a 400."""

import itertools
import json
from typing import Any

from gateway_asks import ask_of
from hypothesis import given
from hypothesis import strategies as st

from novastack_gateway.dialects import DIALECTS
from novastack_gateway.errors import Problem

TEXT = st.text(max_size=5)
PARTS = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": TEXT}),
    st.fixed_dictionaries({"type": st.just("refusal"), "refusal": TEXT}),
    st.just({"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}),
)
CONTENT = st.one_of(TEXT, st.lists(PARTS, max_size=3))
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
ARGUMENTS = st.dictionaries(TEXT, st.integers(), max_size=2).map(json.dumps) | st.just("")


@st.composite
def rounds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A turn of the user, perhaps one with tool calls and all their results, perhaps one of the assistant."""
    turns: list[dict[str, Any]] = [{"role": "user", "content": draw(CONTENT)}]
    ids = [f"call_{number}" for number in range(draw(st.integers(0, 3)))]
    if ids:
        functions = [{"name": "f", "arguments": draw(ARGUMENTS)} for _ in ids]
        calls = [{"id": name, "type": "function", "function": f} for name, f in zip(ids, functions, strict=True)]
        turns.append({"role": "assistant", "content": draw(st.none() | CONTENT), "tool_calls": calls})
        turns += [
            {"role": "tool", "tool_call_id": name, "content": draw(CONTENT)} for name in draw(st.permutations(ids))
        ]
    if draw(st.booleans()):
        turns.append({"role": "assistant", "content": draw(CONTENT)})
    if draw(st.booleans()):
        turns.append({"role": draw(st.sampled_from(["system", "developer"])), "content": draw(CONTENT)})
    return turns


MESSAGES = st.lists(rounds(), min_size=1, max_size=3).map(lambda parts: [turn for part in parts for turn in part])
KNOWN = st.sampled_from(
    ["max_tokens", "stop", "tools", "tool_choice", "response_format", "reasoning_effort", "user", "n", "stream", "seed"]
)
MEMBERS = st.dictionaries(KNOWN | TEXT, ANY, max_size=4)


def translated(messages: Any, members: dict[str, Any]) -> dict[str, Any] | Problem:
    body = json.dumps({**members, "model": "m", "messages": messages}).encode()
    try:
        return json.loads(DIALECTS["anthropic"].put(ask_of(body)).body)
    except Problem as problem:
        return problem


def turns_of(messages: Any) -> list[dict[str, Any]]:
    body = translated(messages, {})
    return [] if isinstance(body, Problem) else body["messages"]


@given(ANY | MESSAGES, MEMBERS)
def test_anything_is_translated_or_refused(messages: Any, members: dict[str, Any]) -> None:
    """No other exception, and what is required is there."""
    body = translated(messages, members)
    if isinstance(body, Problem):
        assert (400, True) == (body.status, bool(body.message))
    else:
        assert body["max_tokens"] >= 1
        assert body["messages"]


@given(MESSAGES)
def test_roles_alternate_and_no_block_is_empty(messages: Any) -> None:
    """As the Messages API asks."""
    turns = turns_of(messages)
    assert all(one["role"] != next_one["role"] for one, next_one in itertools.pairwise(turns))
    assert all(turn["content"] for turn in turns)
    assert all(block.get("text") != "" for turn in turns for block in turn["content"])


@given(MESSAGES)
def test_calls_and_results_pair_up(messages: Any) -> None:
    """Every tool_use is answered at the beginning of the next turn, and nothing else is answered."""
    turns = turns_of(messages)
    for index, turn in enumerate(turns):
        used = [block["id"] for block in turn["content"] if block["type"] == "tool_use"]
        if used:
            answers = turns[index + 1]["content"][: len(used)]
            assert sorted(used) == sorted(block["tool_use_id"] for block in answers)
