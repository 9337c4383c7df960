"""Scores are made up but sound."""

import math

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.generation.logprobs import MOST, scored

TOKENS = st.lists(st.text(min_size=1, max_size=6), max_size=6)


@given(TOKENS, st.integers(0, MOST), st.binary(max_size=4))
def test_scores_are_a_part_of_certainty(tokens: list[str], alternatives: int, mark: bytes) -> None:
    """Each at most 0, the said token first, all different, sorted, and not more than 1 together."""
    for token, score in zip(tokens, scored(tokens, alternatives, mark), strict=True):
        assert (token, alternatives) == (score.token, len(score.top))
        values = [likely.logprob for likely in score.top]
        assert sorted(values, reverse=True) == values
        assert score.logprob <= 0
        assert sum(map(math.exp, values)) <= 1 + 1e-9
        assert alternatives == len({likely.token for likely in score.top})
        assert [token][:alternatives] == [likely.token for likely in score.top[:1]]


@given(TOKENS, st.integers(0, MOST), st.integers(0, 6))
def test_a_score_depends_on_its_place_and_token_only(tokens: list[str], alternatives: int, cut: int) -> None:
    """Not on how many alternatives are asked for, nor on where the answer is cut or resumed."""
    whole = scored(tokens, MOST, b"mark")
    resumed = scored(tokens[:cut], alternatives, b"mark") + scored(tokens[cut:], alternatives, b"mark", first=cut)
    assert [score.logprob for score in whole] == [score.logprob for score in resumed]
    assert [score.top[:alternatives] for score in whole] == [score.top for score in resumed]
