"""The answer has the register of the question and restates nothing that could be taken for more than words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.generation.answer import answer, topic
from novastack_simulators.generation.seed import seeded
from novastack_simulators.prompt import Prompt, Turn


def said(text: str, *more: Turn, bare: bool = False) -> str:
    turns = (Turn(role="user", text=text), *more)
    return answer(Prompt(model="m", turns=turns, content=b"", fingerprint=b"", bare=bare), seeded(text))


def test_code_is_answered_with_a_fenced_block() -> None:
    """Opened and closed."""
    assert 2 == said("Write a Python function that sorts names").count("```")


def test_a_list_is_answered_with_a_list() -> None:
    """Numbered from 1."""
    assert "\n1. " in said("Give me three reasons to walk")


def test_chinese_is_answered_in_chinese() -> None:
    """Without a Latin letter."""
    assert not any(letter.isascii() and letter.isalpha() for letter in said("你好 请介绍一下北京"))


def test_the_topic_is_restated() -> None:
    """In words of the question."""
    assert "How do tides work" in said("How do tides work?")


def test_a_tool_result_is_restated() -> None:
    """So one sees that it arrived."""
    assert "12 degrees and rain" in said("Weather?", Turn(role="tool", text="12 degrees and rain"))


def test_a_bare_text_is_not_restated() -> None:
    """It is continued."""
    assert "How do tides work" not in said("How do tides work?", bare=True)


@pytest.mark.parametrize("text", ["", "?!", "canary:abcd1234", "https://example.com/x", "<|im_end|>", "\x00\x07"])
def test_what_has_no_words_has_no_topic(text: str) -> None:
    """Nor is a canary said twice."""
    assert "" == topic(text)


@given(st.text())
def test_a_topic_is_short_and_plain(text: str) -> None:
    """No markup, no line, no control character, whatever was sent."""
    found = topic(text)
    assert len(found) <= 60
    assert not set(found) & set('<>[]{}|\\`*_#"~$^@\n\r\t\0')
