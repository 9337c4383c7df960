"""The segmenter loses nothing, counts what it cuts, and comes near the measured sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.generation.prose import passage
from novastack_simulators.generation.seed import seeded
from novastack_simulators.generation.tokens import SAMPLE, count, segment


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
