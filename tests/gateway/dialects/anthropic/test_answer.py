"""A message of the Messages API as a chat completion (cases-gateway 1, C25; wire B4, H3)."""

import json
from typing import Any

import pytest
from gateway_asks import ask, problem_of
from hypothesis import given
from hypothesis import strategies as st

from novastack_gateway.dialects import DIALECTS
from novastack_gateway.dialects.anthropic.message import FINISH, Tokens

STOP_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
COUNT = st.none() | st.integers(0, 10**6)


def answered(*content: dict[str, Any], stop_reason: Any = "end_turn", **usage: Any) -> dict[str, Any]:
    message = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "vendor",
        "content": content,
        "stop_reason": stop_reason,
        "usage": {"input_tokens": 10, "output_tokens": 20, **usage},
    }
    return json.loads(DIALECTS["anthropic"].answer(ask(), json.dumps(message).encode()).body)


def test_a_plain_answer() -> None:
    """Every member that OpenAI's schema requires, and nothing invented."""
    expected = {
        "id": "chatcmpl-01",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "public",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "ab", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30},
    }
    assert expected == answered({"type": "text", "text": "a"}, {"type": "text", "text": "b"})


@pytest.mark.parametrize(("reason", "expected"), STOP_REASONS.items())
def test_every_stop_reason(reason: str, expected: str) -> None:
    """Has one meaning."""
    assert expected == answered(stop_reason=reason)["choices"][0]["finish_reason"]


def test_no_stop_reason_is_untested() -> None:
    """The table here is the table there."""
    assert STOP_REASONS == dict(FINISH)


@pytest.mark.parametrize("reason", [None, "new_reason", "", "x" * 1000])
def test_an_unknown_stop_reason_is_a_502(reason: Any) -> None:
    """A guess would tell a lie."""
    problem = problem_of(lambda: answered(stop_reason=reason))
    assert "upstream_invalid" == problem.code
    assert len(problem.message) < 200


def test_calls_stand_beside_text_and_thinking() -> None:
    """Arguments are the JSON text as it came; a call without any has an empty object."""
    message = answered(
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "redacted_thinking", "data": "zzz"},
        {"type": "text", "text": "look", "citations": None},
        {"type": "tool_use", "id": "t1", "name": "f", "input": {"n": 9007199254740993}},
        {"type": "tool_use", "id": "t2", "name": "g", "input": {}},
        stop_reason="tool_use",
    )["choices"][0]["message"]
    assert ("look", "hm") == (message["content"], message["reasoning_content"])
    calls = [(call["id"], call["type"], call["function"]["name"]) for call in message["tool_calls"]]
    assert [("t1", "function", "f"), ("t2", "function", "g")] == calls
    assert '{"n":9007199254740993}' == message["tool_calls"][0]["function"]["arguments"].replace(" ", "")
    assert "{}" == message["tool_calls"][1]["function"]["arguments"]


def test_calls_without_text_have_null_content() -> None:
    """As OpenAI's API says it."""
    message = answered({"type": "tool_use", "id": "t", "name": "f", "input": {}}, stop_reason="tool_use")
    assert message["choices"][0]["message"]["content"] is None


def test_an_empty_answer_is_an_empty_text() -> None:
    """And not null, which would mean that something else is there."""
    assert "" == answered()["choices"][0]["message"]["content"]


def test_the_prompt_includes_what_the_cache_read_and_wrote() -> None:
    """in 10, write 100, read 200, out 20: 310 + 20 = 330."""
    usage = answered(cache_creation_input_tokens=100, cache_read_input_tokens=200)["usage"]
    expected = {
        "prompt_tokens": 310,
        "completion_tokens": 20,
        "total_tokens": 330,
        "prompt_tokens_details": {"cached_tokens": 200},
    }
    assert expected == usage


def test_thinking_tokens_are_told_where_they_were_counted() -> None:
    """And only there."""
    usage = answered(output_tokens_details={"thinking_tokens": 7})["usage"]
    assert {"reasoning_tokens": 7} == usage["completion_tokens_details"]


@given(COUNT, COUNT, COUNT, COUNT)
def test_usage_adds_up(given_in: int | None, out: int | None, write: int | None, read: int | None) -> None:
    """prompt + completion = total, and cached is a part of prompt."""
    usage = Tokens(given_in, out, write, read).openai()
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["prompt_tokens"] >= usage.get("prompt_tokens_details", {}).get("cached_tokens", 0)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"{}",
        b'{"type":"error","error":{"type":"api_error","message":"x"}}',
        b'{"id":"m","content":[],"usage":5}',
    ],
)
def test_what_is_no_message_is_a_502(body: bytes) -> None:
    """An error under status 200 too."""
    assert "upstream_invalid" == problem_of(DIALECTS["anthropic"].answer, ask(), body).code
