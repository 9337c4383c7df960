"""Replies: their kinds, what does not go together, and the places of a sequence."""

from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.stubs import Reply


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({}, "expected one or more of text, reasoning"),
        ({"sequence": []}, "at least 1 item"),
        ({"sequence": [{}]}, "each answer of a sequence says something"),
        ({"sequence": [{"text": "a"}], "text": "b"}, "a sequence says nothing itself"),
        ({"sequence": [{"sequence": [{"text": "a"}]}]}, "Extra inputs"),
        ({"text": "a", "then": "last"}, "then and by go with a sequence"),
        ({"text": "a", "by": "turn"}, "then and by go with a sequence"),
        ({"sequence": [{"text": "a"}], "then": "stop"}, "'last', 'repeat' or 'generate'"),
        ({"text": "a", "error": {"status": 500}}, "an error says nothing else: take out text"),
        ({"refusal": "no", "text": "a"}, "a refusal takes the place"),
        ({"text": "a", "finish": "stop", "reason": "content_filter"}, "say the same"),
        ({"text": "a", "reason": "Content Filter"}, "match pattern"),
        ({"error": {"status": 200}}, "greater than or equal to 400"),
        ({"error": {}}, "Field required"),
        ({"text": "{{ x }}"}, "unknown name"),
        ({"text": 5}, "valid string"),
        ({"tool_calls": [{"name": ""}]}, "at least 1 character"),
        ({"tool_calls": [{"name": "f", "arguments": {"a": ["{{ x }}"]}}]}, "unknown name"),
        ({"text": "a", "usage": {"completion": -1}}, "greater than or equal to 0"),
        ({"txt": "a"}, "Extra inputs"),
    ],
)
def test_a_bad_reply_is_refused(reply: dict[str, Any], reason: str) -> None:
    """With what is wrong, when it is loaded."""
    with pytest.raises(ValidationError, match=reason):
        Reply.model_validate(reply)


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("last", ["a", "b", "b", "b", "b"]),
        ("repeat", ["a", "b", "a", "b", "a"]),
        ("generate", ["a", "b", None, None, None]),
    ],
)
def test_after_the_last(then: str, expected: list[str | None]) -> None:
    """It is said again, the sequence starts again, or the model speaks for itself."""
    reply = Reply.model_validate({"sequence": [{"text": "a"}, {"text": "b"}], "then": then})
    said = [reply.at(place) for place in range(1, 6)]
    assert expected == [each and each.text for each in said]


def test_a_single_answer_is_said_every_time() -> None:
    """Its place does not matter."""
    reply = Reply.model_validate({"text": "a"})
    assert [reply, reply] == [reply.at(1), reply.at(9)]
