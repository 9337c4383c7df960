"""What is read of a chat request, and what is refused before anything is sent."""

import json
from typing import Any

import pytest
from gateway_asks import problem_of
from hypothesis import given
from hypothesis import strategies as st

from novastack_gateway.envelope import read_envelope
from novastack_gateway.errors import Problem

GOOD: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def body(**more: Any) -> bytes:
    return json.dumps({**GOOD, **more}).encode()


@pytest.mark.parametrize(
    ("members", "param", "code"),
    [
        ({"model": 5}, "model", "invalid_type"),
        ({"model": None}, "model", "invalid_type"),
        ({"model": ""}, "model", "invalid_value"),
        ({"messages": "hi"}, "messages", "invalid_type"),
        ({"messages": []}, "messages", "empty_array"),
        ({"messages": [{}]}, "messages[0].role", "missing_required_parameter"),
        ({"messages": [5]}, "messages[0]", "invalid_type"),
        ({"temperature": 2.1}, "temperature", "decimal_above_max_value"),
        ({"temperature": "hot"}, "temperature", "invalid_type"),
        ({"top_p": -0.1}, "top_p", "decimal_below_min_value"),
        ({"presence_penalty": 3}, "presence_penalty", "decimal_above_max_value"),
        ({"frequency_penalty": -3}, "frequency_penalty", "decimal_below_min_value"),
        ({"n": 0}, "n", "integer_below_min_value"),
        ({"n": 129}, "n", "integer_above_max_value"),
        ({"max_tokens": 0}, "max_tokens", "integer_below_min_value"),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens", "invalid_type"),
        ({"stream": "yes"}, "stream", "invalid_type"),
        ({"top_logprobs": 2}, "top_logprobs", "invalid_value"),
        ({"top_logprobs": 21, "logprobs": True}, "top_logprobs", "integer_above_max_value"),
        ({"stream_options": {"include_usage": True}}, "stream_options", "invalid_value"),
        ({"stream": True, "stream_options": {"include_usage": 1}}, "stream_options.include_usage", "invalid_type"),
    ],
)
def test_a_wrong_parameter_is_named(members: dict[str, Any], param: str, code: str) -> None:
    """400 with OpenAI's code and the parameter's path."""
    problem = problem_of(read_envelope, body(**members))
    assert (400, param, code) == (problem.status, problem.param, problem.code)


@pytest.mark.parametrize("member", ["model", "messages"])
def test_a_required_parameter_is_missed(member: str) -> None:
    """By its name."""
    text = json.dumps({name: value for name, value in GOOD.items() if name != member}).encode()
    problem = problem_of(read_envelope, text)
    assert (400, member, "missing_required_parameter") == (problem.status, problem.param, problem.code)


def test_null_counts_as_absent() -> None:
    """SDKs send null for what was not set."""
    envelope = read_envelope(body(temperature=None, stream=None, max_tokens=None, stream_options=None))
    assert (None, None) == (envelope.temperature, envelope.stream)


def test_unknown_members_are_not_read() -> None:
    """Numbers that no float holds travel on, unread."""
    assert "m" == read_envelope(b'{"big":1e999,"seed":' + b"1" * 400 + b"," + body()[1:]).model


def test_text_that_is_not_utf8_is_refused_anywhere() -> None:
    """An upstream would refuse it later, or read something else."""
    assert "UTF-8" in problem_of(read_envelope, b'{"x":"\xff",' + body()[1:]).message


@given(st.binary(max_size=40) | st.text(st.sampled_from('{}[]":,\\u0d8model1e. '), max_size=40).map(str.encode))
def test_any_bytes_are_an_envelope_or_a_400(data: bytes) -> None:
    """Nothing else can happen."""
    for text in (data, b'{"model":"m","messages":[{"role":"user"}],"x":' + data + b"}"):
        assert status_of(text) in (None, 400)


def status_of(text: bytes) -> int | None:
    try:
        read_envelope(text)
    except Problem as problem:
        return problem.status
    return None
