"""Misfits find their rule: the longest claim, else the shape's keeper, else RES-011."""

import json
from typing import Any

import pytest

from novastack_contracts.exchange import Call, Exchange, Piece, Record
from novastack_contracts.fitting import CLAIMS, KEEPERS, fits
from novastack_contracts.profile import Profile
from novastack_contracts.rules import RULES

ANSWER: dict[str, Any] = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "", "refusal": None}, "logprobs": None, "finish_reason": "stop"}
    ],
}  # fmt: skip


def _owners(answer: dict[str, Any]) -> dict[str, frozenset[Profile]]:
    body = json.dumps(answer).encode()
    exchange = Exchange(name="chat", call=Call(method="POST", url=""), status=200, pieces=(Piece(0, body),))
    found = {rule: list(fits(rule, "completion")(exchange, Record())) for rule in RULES}
    return {rule: problems[0].profiles for rule, problems in found.items() if problems}


def test_a_good_answer_has_no_owner() -> None:
    """Nothing to own."""
    assert {} == _owners(ANSWER)


@pytest.mark.parametrize(
    ("change", "owner", "profiles"),
    [
        ({"object": "x"}, "RES-003", {Profile.COMPAT, Profile.STRICT}),
        ({"model": 1}, "RES-001", {Profile.COMPAT, Profile.STRICT}),
        ({"service_tier": "x"}, "RES-011", {Profile.STRICT}),
        ({"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": "2"}}, "USE-002", set(Profile)),
        (
            {"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "prompt_tokens_details": None}},
            "USE-005",
            {Profile.STRICT},
        ),
    ],
)
def test_a_misfit_has_one_owner(change: dict[str, Any], owner: str, profiles: set[Profile]) -> None:
    """In the profiles that it counts in."""
    assert {owner: frozenset(profiles)} == _owners(ANSWER | change)


def test_every_owner_is_a_rule() -> None:
    """No misfit can be lost to a rule that does not exist."""
    owners = {rule for claims in CLAIMS.values() for rule in claims.values()} | set(KEEPERS.values())
    assert set() == owners - set(RULES)
