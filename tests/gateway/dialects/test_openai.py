"""The same dialect travels as it came (cases JSN-02, STR-04)."""

import json
from typing import Any

import pytest
from gateway_asks import ask_of, problem_of

from novastack_gateway.dialects import DIALECTS
from novastack_gateway.exchange import Usage
from novastack_gateway.sse import Events

OPENAI = DIALECTS["openai"]
BODY = (
    b'{"model" : "public", "messages":[{"role":"user","content":"\\u00e9"}], "x":9007199254740993, "y":1e-7, "z":-0.0}'
)


def feed(data: bytes) -> tuple[Any, bytes]:
    stream = OPENAI.stream(ask_of(BODY))
    return stream, b"".join(stream.feed(event) for event in Events().feed(data))


def test_the_body_travels_with_only_the_model_replaced() -> None:
    """Every other byte is the client's."""
    assert BODY.replace(b'"public"', b'"vendor"') == OPENAI.put(ask_of(BODY)).body


def test_a_body_that_names_the_upstreams_model_is_not_touched() -> None:
    """Byte for byte the same."""
    assert BODY == OPENAI.put(ask_of(BODY, model="public")).body


@pytest.mark.parametrize("model", ["public", "vendor"])
@pytest.mark.parametrize("second", [b'"model":"other"', b'"\\u006dodel":"other"', b'"model":"public"'])
def test_a_model_named_twice_is_a_400(second: bytes, model: str) -> None:
    """Router and upstream must see the same value."""
    for body in (BODY[:-1] + b"," + second + b"}", b"{" + second + b"," + BODY[1:]):
        problem = problem_of(OPENAI.put, ask_of(body, model=model))
        assert (400, "duplicate_parameter", "model") == (problem.status, problem.code, problem.param)


def test_an_answer_travels_as_it_came() -> None:
    """And its usage is noticed."""
    body = b'{"id":"x","choices":[{"big":9007199254740993}],"usage":{"prompt_tokens":3,"completion_tokens":4}}'
    answer = OPENAI.answer(ask_of(BODY), body)
    assert (body, Usage(3, 4)) == (answer.body, answer.usage)


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"[]", b"null", b'"x"', b'{"id":', b"\xff", b"[" * 100_000])
def test_an_answer_that_is_no_json_object_is_a_502(body: bytes) -> None:
    """Whatever its status said."""
    assert "upstream_invalid" == problem_of(OPENAI.answer, ask_of(BODY), body).code


@pytest.mark.parametrize("error", [{"message": "broken sk-abcdefgh", "code": "c"}, "broken sk-abcdefgh"])
def test_an_error_under_status_200_is_a_failure(error: Any) -> None:
    """SDKs would take it for an answer; its text is redacted."""
    problem = problem_of(OPENAI.answer, ask_of(BODY), json.dumps({"error": error}).encode())
    assert (502, "The upstream reported an error: broken [redacted]") == (problem.status, problem.message)


def test_events_travel_as_they_came() -> None:
    """Comments, ids, spaces and line ends too; the end and the usage are noticed."""
    data = (
        b': keep-alive\r\n\r\nid: 1\ndata:{"choices":[]}\n\n'
        b'data: {"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\ndata: [DONE]\n\n'
    )
    stream, sent = feed(data)
    assert (data, True, Usage(1, 2)) == (sent, stream.ended, stream.usage)


def test_a_null_error_and_a_null_usage_say_nothing() -> None:
    """Some servers send every member always."""
    stream, _ = feed(b'data: {"error":null,"usage":null,"choices":[]}\n\n')
    assert (None, False) == (stream.usage, stream.ended)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (b'data: {"error":{"message":"full","code":"overloaded"}}\n\n', "reported an error: full"),
        (b'event: error\ndata: {"message":"full"}\n\n', "reported an error: full"),
        (b"data: not json\n\n", "cannot be used"),
        (b'data: {"choices":[\n\n', "cannot be used"),
        (b"data: <html>\n\n", "cannot be used"),
        (b'data: {"a":1}\ndata: {"b":2}\n\n', "cannot be used"),
    ],
)
def test_an_error_or_a_broken_event_ends_the_stream_as_failed(event: bytes, message: str) -> None:
    """It is not passed on as if it were an answer."""
    assert message in problem_of(feed, event).message


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"error":{"message":"m","param":"p","code":3}}', ("m", "p", "3")),
        (b'{"error":"Unauthorized"}', ("Unauthorized", None, None)),
        (b'{"object":"error","message":"m","param":null,"code":400}', ("m", None, "400")),
        (b"[]", (None, None, None)),
        (b"<html>", (None, None, None)),
    ],
)
def test_error_bodies_of_openai_vllm_and_sglang(body: bytes, expected: tuple[str | None, ...]) -> None:
    """Three shapes, one meaning."""
    assert expected == OPENAI.message_of(body)
