"""From canned words to tokens: what is said, how limits cut it, and what is reported."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.generation import Generation, Speaker
from novastack_simulators.prompt import Thinking
from novastack_simulators.stubs import Said, reporting, speak
from novastack_simulators.stubs.reply import Usage

SPEAKER = Speaker(seed=0, unit=5)


def spoken(asked: Any, **said: Any) -> Generation:
    return speak(Said.model_validate(said), asked, SPEAKER)


def text_of(generation: Generation) -> list[str]:
    return ["".join(choice.text) for choice in generation.choices]


@given(st.text(max_size=60))
def test_the_text_is_said_as_it_stands(scene: Any, text: str) -> None:
    """Its tokens join to it, whatever the language."""
    assert [text] == text_of(spoken(scene(("user", text)), text="{{ last_message }}"))


def test_every_choice_says_the_same(scene: Any) -> None:
    """And all are counted."""
    generation = spoken(scene(n=3), text="Hello there")
    assert ["Hello there"] * 3 == text_of(generation)
    assert generation.completion_tokens == 3 * generation.choices[0].tokens > 0


@given(st.integers(1, 12))
def test_max_tokens_cuts_it(scene: Any, limit: int) -> None:
    """To exactly that many tokens, which begin the whole."""
    whole = spoken(scene(), text="one two three four five six")
    cut = spoken(scene(limit=limit), text="one two three four five six")
    assert min(limit, whole.completion_tokens) == cut.completion_tokens
    assert text_of(whole)[0].startswith(text_of(cut)[0])
    assert ("length" if limit < whole.completion_tokens else "stop") == cut.choices[0].finish


def test_a_stop_sequence_cuts_it(scene: Any) -> None:
    """And is not said."""
    generation = spoken(scene(stop=("three",)), text="one two three four")
    assert ["one two "] == text_of(generation)
    assert ("stop_sequence", "three") == (generation.choices[0].finish, generation.choices[0].stopped_by)


@pytest.mark.parametrize(("on", "expected"), [(True, "I think"), (False, "")])
def test_reasoning_is_said_to_those_who_asked_for_it(scene: Any, on: bool, expected: str) -> None:
    """A model that does not think has no thoughts to tell."""
    generation = spoken(scene(thinking=Thinking(on=on)), reasoning="I think", text="so")
    assert expected == "".join(generation.choices[0].reasoning)


def test_arguments_are_json_whatever_is_put_in(scene: Any) -> None:
    """Each text of an object is filled by itself, so that a quote in it cannot break out."""
    said = 'a "quoted" } word\n{{ model }}'
    call = {"name": "f", "arguments": {"q": "{{ last_message }}", "n": 1, "deep": ["{{ model }}"]}}
    (choice,) = spoken(scene(("user", said)), tool_calls=[call]).choices
    assert {"q": said, "n": 1, "deep": ["m"]} == json.loads("".join(choice.calls[0].arguments))
    assert ("f", "tool_calls") == (choice.calls[0].name, choice.finish)


def test_arguments_that_are_text_are_sent_as_they_are(scene: Any) -> None:
    """So that they may be wrong on purpose."""
    call = {"name": "f", "arguments": '{"q": "{{ model }}"'}
    (choice,) = spoken(scene(), tool_calls=[call]).choices
    assert '{"q": "m"' == "".join(choice.calls[0].arguments)


def test_the_finish_may_be_another(scene: Any) -> None:
    """Than the one that follows from what is said."""
    assert "length" == spoken(scene(), text="cut off", finish="length").choices[0].finish


def test_other_counts_may_be_reported(scene: Any) -> None:
    """Those that are given; the rest stays true, and so do the tokens themselves."""
    true = spoken(scene(), text="one two")
    told = reporting(true, Usage(prompt=10, completion=999))
    assert (10, 999, 0) == (told.prompt_tokens, told.completion_tokens, told.reasoning_tokens)
    assert 7 == reporting(true, Usage(reasoning=7)).reasoning_tokens
    assert true.completion_tokens == reporting(true, Usage(prompt=1)).completion_tokens
    assert true.choices == told.choices
    assert true is reporting(true, None)
