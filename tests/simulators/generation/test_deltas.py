"""A stream's pieces are the tokens in order, and no piece ends inside a character."""

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.generation.choice import Choice
from novastack_simulators.generation.deltas import deltas, pieces
from novastack_simulators.generation.seed import seeded

TOKENS = st.lists(st.sampled_from(["", "a", "bc", "你"]), max_size=30)


@given(TOKENS, st.integers(1, 5), st.integers(0, 9))
def test_pieces_are_the_tokens_in_order(tokens: list[str], least: int, seed: int) -> None:
    """None is lost, whatever the sizes."""
    cut = list(pieces(tokens, (least, least + 2), seeded(seed)))
    assert tokens == [token for piece in cut for token in piece]


@given(TOKENS, st.integers(0, 9))
def test_no_piece_is_empty_unless_all_is(tokens: list[str], seed: int) -> None:
    """A token that says nothing yet goes with the one that ends its character."""
    cut = ["".join(piece) for piece in pieces(tokens, (1, 1), seeded(seed))]
    assert all(cut) or not any(tokens)


def test_the_count_stays_true() -> None:
    """A delta of one character may have taken three tokens."""
    (delta,) = deltas(Choice(text=("", "", "👍")), 0, (1, 1), seeded(0))
    assert ("👍", 3) == (delta.text, delta.tokens)
