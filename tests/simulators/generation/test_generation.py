"""What the model says: seeded, limited, stopped, and calling tools by the one documented rule."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.generation import Choice, Speaker, generate
from novastack_simulators.prompt import Choosing, Prompt, Thinking, Tool, Turn

SPEAKER = Speaker(seed=0, unit=7)
TOOLS = tuple(Tool(name=name, schema={"type": "object", "properties": {"n": {"type": "integer"}}}) for name in "abc")


def prompt(text: str = "hello", **more: Any) -> Prompt:
    fields = {"turns": (Turn(role="user", text=text),), "content": text.encode(), "fingerprint": b"f", **more}
    return Prompt(model="m", **fields)


def said(**more: Any) -> Choice:
    return generate(prompt(**more), SPEAKER).choices[0]


@given(st.integers(0, 400), st.booleans())
def test_a_limit_gives_exactly_so_many_tokens_of_the_whole(limit: int, thinks: bool) -> None:
    """max_tokens=k is a prefix of k tokens with finish length, or the whole answer."""
    thinking = Thinking(on=thinks)
    whole, cut = said(thinking=thinking), said(thinking=thinking, limit=limit)
    assert min(limit, whole.tokens) == cut.tokens
    assert ("length" if limit < whole.tokens else "stop") == cut.finish
    assert (whole.reasoning + whole.text)[:limit] == cut.reasoning + cut.text


@given(st.integers(0, 200), st.integers(1, 12))
def test_a_stop_sequence_anywhere_leaves_what_was_before(start: int, length: int) -> None:
    """Whatever it is and wherever it stands, also across tokens."""
    whole = "".join(said().text)
    stop = whole[start : start + length]
    assert whole[: whole.index(stop)] == "".join(said(stop=(stop,)).text)


def test_a_stop_sequence_cuts_and_is_not_emitted() -> None:
    """The text ends just before the sequence that was found first."""
    whole = "".join(said().text)
    cut = said(stop=(whole[30:34], whole[20:26]))
    assert whole[:20] == "".join(cut.text)
    assert ("stop_sequence", whole[20:26]) == (cut.finish, cut.stopped_by)


def test_a_stop_sequence_beyond_the_limit_does_not_count() -> None:
    """What max_tokens has cut off cannot stop the answer."""
    whole = "".join(said().text)
    assert "length" == said(limit=3, stop=(whole[60:70],)).finish


def test_the_canary_is_said_exactly_once() -> None:
    """The id is echoed verbatim, also beside a tool call and inside a JSON object."""
    text = "please canary:ab_C-9 say it"
    for more in ({}, {"tools": TOOLS}, {"shape": True}):
        assert 1 == "".join(said(text=text, **more).text).count("canary:ab_C-9")


@pytest.mark.parametrize(
    ("choosing", "last", "calls"),
    [
        (Choosing(), "user", 2),
        (Choosing(parallel=False), "user", 1),
        (Choosing(), "tool", 0),
        (Choosing(mode="none"), "user", 0),
        (Choosing(mode="required"), "tool", 2),
        (Choosing(mode="required", parallel=False), "user", 1),
        (Choosing(mode="named", name="b"), "tool", 1),
    ],
)
def test_when_a_tool_is_called(choosing: Choosing, last: Any, calls: int) -> None:
    """The documented rule, case by case."""
    choice = said(tools=TOOLS, choosing=choosing, turns=(Turn(role=last, text="x"),))
    assert calls == len(choice.calls)
    assert ("tool_calls" if calls else "stop") == choice.finish
    assert bool(calls) != bool(choice.text)


def test_one_tool_is_called_once_with_json_arguments() -> None:
    """With one tool there is one call, and its arguments are JSON."""
    (call,) = said(tools=TOOLS[:1]).calls
    assert ["n"] == list(json.loads("".join(call.arguments)))


def test_parallel_calls_are_of_different_tools() -> None:
    """Two calls never name the same tool."""
    assert 2 == len({call.name for call in said(tools=TOOLS).calls})


def test_choices_differ_and_are_counted_together() -> None:
    """n=3 gives three texts, and usage is their sum."""
    generation = generate(prompt(n=3), SPEAKER)
    assert 3 == len({choice.text for choice in generation.choices})
    assert sum(len(choice.text) for choice in generation.choices) == generation.completion_tokens


def test_the_seed_decides() -> None:
    """Same seed, same words; another seed, other words."""
    assert generate(prompt(), SPEAKER) == generate(prompt(), SPEAKER)
    assert generate(prompt(), SPEAKER) != generate(prompt(), Speaker(seed=1, unit=7))
