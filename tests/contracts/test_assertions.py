"""The rules as assertions: good bytes pass, and each failure names its rule."""

import json
from typing import Any

import pytest

from novastack_contracts import Profile, assert_chat_completion, assert_stream

HEAD = {"id": "c", "object": "chat.completion.chunk", "created": 1_795_400_000, "model": "m"}


def _events(*choices: dict[str, Any], done: bytes = b"data: [DONE]\n\n") -> bytes:
    chunks = [HEAD | {"choices": [{"index": 0, "finish_reason": None} | choice]} for choice in choices]
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + done


GOOD = _events({"delta": {"role": "assistant", "content": "Hi"}}, {"delta": {}, "finish_reason": "stop"})
ANSWER: dict[str, Any] = {
    "id": "c",
    "object": "chat.completion",
    "created": 1_795_400_000,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}


@pytest.mark.parametrize("profile", Profile)
def test_a_good_stream_passes(profile: Profile) -> None:
    """In both profiles."""
    assert_stream(GOOD, profile=profile)


def test_a_stream_without_its_end_fails() -> None:
    """The message names the rule."""
    with pytest.raises(AssertionError, match="STR-007"):
        assert_stream(GOOD.removesuffix(b"data: [DONE]\n\n"))


def test_an_empty_stream_fails() -> None:
    """No bytes are no stream."""
    with pytest.raises(AssertionError, match="STR-001"):
        assert_stream(b"")


def test_a_missing_choice_fails() -> None:
    """n is what was asked for."""
    with pytest.raises(AssertionError, match="STR-028"):
        assert_stream(GOOD, n=2)


def test_a_good_answer_passes() -> None:
    """As an object or as bytes."""
    assert_chat_completion(ANSWER)
    assert_chat_completion(json.dumps(ANSWER).encode(), profile=Profile.STRICT)


def test_every_fault_of_an_answer_is_named() -> None:
    """Not only the first."""
    with pytest.raises(AssertionError) as caught:
        assert_chat_completion(ANSWER | {"object": "x", "usage": {"prompt_tokens": 1}})
    assert ["RES-003", "USE-002"] == sorted({line.split()[0] for line in str(caught.value).splitlines()})


def test_an_error_is_no_answer() -> None:
    """A body with an error object fails, though a schema might let it pass."""
    with pytest.raises(AssertionError, match="ERR-006"):
        assert_chat_completion({"error": {"message": "m"}})
