"""How bytes are cut into writes."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.framing.pieces import CUTS, pieces


@given(st.binary(max_size=60), st.sampled_from(sorted(CUTS)), st.integers(1, 20), st.integers())
def test_together_they_are_the_same_bytes(data: bytes, word: str, number: int, seed: int) -> None:
    """No byte is lost or moved, no piece is empty (unless all is), and the same seed cuts alike."""
    cut = pieces(data, word, number, Random(seed))
    assert data == b"".join(cut)
    assert (b"" in cut) == (data == b"")
    assert cut == pieces(data, word, number, Random(seed))


@pytest.mark.parametrize(
    ("word", "number", "expected"),
    [
        ("event", 0, (b"abcde",)),
        ("events", 2, (b"abcde",)),
        ("bytes", 2, (b"ab", b"cd", b"e")),
        ("bytes", 9, (b"abcde",)),
    ],
)
def test_cut_at_fixed_places(word: str, number: int, expected: tuple[bytes, ...]) -> None:
    """By bytes, or not at all."""
    assert expected == pieces(b"abcde", word, number, Random(1))


def test_random_pieces_have_all_sizes_up_to_the_number() -> None:
    """From one byte to n."""
    sizes = [len(piece) for piece in pieces(b"x" * 1000, "random", 5, Random(1))[:-1]]
    assert {1, 2, 3, 4, 5} == set(sizes)


@given(st.text(max_size=20), st.integers())
def test_every_wide_character_is_cut_once(text: str, seed: int) -> None:
    """Inside it, and nothing else is cut."""
    data = text.encode()
    cut = pieces(data, "inside_utf8", 0, Random(seed))
    assert 1 + sum(ord(point) > 127 for point in text) == len(cut)
    assert all(0x80 <= piece[0] < 0xC0 for piece in cut[1:])
