"""The segmenter loses nothing, counts what it cuts, and comes near the measured sizes."""

import subprocess
import sys
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.generation.prose import passage
from novastack_simulators.generation.seed import seeded
from novastack_simulators.generation.tokens import SAMPLE, count, segment, unit
from novastack_simulators.profile import Vocabulary, load_profile


@given(st.text(), st.integers(1, 8))
def test_tokens_join_to_the_text(text: str, letters: int) -> None:
    """Whatever the text, nothing is lost or changed."""
    assert text == "".join(segment(text, letters))


@given(st.text(), st.integers(1, 8))
def test_count_is_the_number_of_tokens(text: str, letters: int) -> None:
    """Counting and cutting agree."""
    assert len(segment(text, letters)) == count(text, letters)


def test_count_of_a_huge_text_is_scaled() -> None:
    """Beyond the sample the count grows with the length."""
    assert 3 * count("word " * (SAMPLE // 5), 6) == count("word " * (SAMPLE // 5) * 3, 6)


@pytest.mark.parametrize(("letters", "measured"), [(7, 3.84), (3, 2.54)])
def test_prose_has_about_the_measured_characters_per_token(letters: int, measured: float) -> None:
    """English prose comes within a fifth of what the real vocabularies measured."""
    text = " ".join(passage(seeded(number), 7) for number in range(50))
    assert measured == pytest.approx(len(text) / count(text, letters), rel=0.2)


VOCABULARIES = get_args(Vocabulary)


@given(st.text(), st.sampled_from(VOCABULARIES))
def test_vocabulary_tokens_join_to_the_text(text: str, name: str) -> None:
    """Byte for byte, whatever the text; and as many as are counted."""
    tokens = segment(text, name)
    assert text == "".join(tokens)
    assert len(tokens) == count(text, name)


@pytest.mark.parametrize("name", VOCABULARIES)
def test_a_character_of_several_tokens_comes_with_its_last(name: str) -> None:
    """The tokens before it say nothing yet, but count."""
    tokens = segment("\U0001242b", name)
    assert ["", "\U0001242b"] == [tokens[0], tokens[-1]]


@pytest.mark.parametrize("name", VOCABULARIES)
def test_special_tokens_in_a_text_are_plain_text(name: str) -> None:
    """What a user writes cannot end a turn."""
    assert 3 < len(segment("<|im_start|><|endoftext|>", name))


@pytest.mark.parametrize(("name", "measured"), [("o200k_base", 3.94), ("deepseek_v3", 3.79), ("qwen3", 3.84)])
def test_prose_has_the_measured_characters_per_token(name: str, measured: float) -> None:
    """Our prose is English as the vocabularies were measured on, give or take a third (it is full of names)."""
    text = " ".join(passage(seeded(number), 7) for number in range(50))
    assert measured == pytest.approx(len(text) / count(text, name), rel=0.33)


def test_a_profile_names_its_vocabulary_and_claude_has_none() -> None:
    """Anthropic publishes none, so runs of letters stand in for it."""
    assert "qwen3" == unit(load_profile("qwen3-235b-a22b"))
    assert 3 == unit(load_profile("claude-opus-4-7"))


def test_without_the_extra_runs_of_letters_stand_in() -> None:
    """In a process where the import fails."""
    program = (
        "import sys; sys.modules['splintr'] = None\n"
        "from novastack_simulators.generation.tokens import unit\n"
        "from novastack_simulators.profile import load_profile\n"
        "print(unit(load_profile('qwen3-235b-a22b')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "7\n" == done.stdout
