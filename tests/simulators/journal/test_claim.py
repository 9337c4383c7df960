"""What can be claimed, and how a claim reads."""

from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.journal import Claim
from novastack_simulators.journal.claim import WORDS


@pytest.mark.parametrize(
    ("claim", "least", "most", "words"),
    [
        ({"exactly": 2}, 2, 2, "exactly 2 requests"),
        ({"exactly": 0}, 0, 0, "exactly 0 requests"),
        ({"at_least": 1}, 1, None, "at least 1 request"),
        ({"at_most": 3}, 0, 3, "at most 3 requests"),
        ({"at_least": 1, "at_most": 3}, 1, 3, "at least 1 and at most 3 requests"),
        ({"never": True}, 0, 0, "no request"),
        ({"in_order": [{}, {}]}, 0, None, "2 requests in order"),
        ({"exactly": 1, "query": {"status": 200}}, 1, 1, "exactly 1 request with status 200"),
    ],
)
def test_each_word_says_how_many(claim: dict[str, Any], least: int, most: int | None, words: str) -> None:
    """From least to most, and in words."""
    made = Claim.model_validate(claim)
    assert (least, most, words) == (made.least, made.most, str(made))


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ({}, f"expected one of {', '.join(WORDS)}"),
        ({"query": {"status": 200}}, "expected one of"),
        ({"exactly": 1, "never": True}, "exactly and never cannot be claimed together; at_least and at_most can"),
        ({"at_least": 2, "at_most": 1}, "at_least 2 is more than at_most 1"),
        ({"in_order": []}, "in_order"),
        ({"in_order": [{}], "exactly": 1}, "cannot be claimed together"),
        ({"never": False}, "never"),
        ({"exactly": -1}, "exactly"),
        ({"exactly": 1, "query": {"limit": 1}}, "query.limit"),
        ({"once": 1}, "once"),
    ],
)
def test_what_cannot_be_claimed_is_refused(claim: dict[str, Any], reason: str) -> None:
    """Nothing, contradictions, and words that there are not."""
    with pytest.raises(ValidationError) as caught:
        Claim.model_validate(claim)
    assert reason in str(caught.value)


def test_it_can_be_made_of_a_scope_only() -> None:
    """A scope that its query names stands."""
    claim = Claim.model_validate({"exactly": 1, "query": {"status": 200}})
    assert ("s", 1) == (claim.within("s").query.scope, claim.within("s").exactly)
    assert claim == claim.within(None)
