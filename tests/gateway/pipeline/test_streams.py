"""Streams: event by event, and never an end that was none (cases STR-01 to STR-03)."""

import json

import pytest
from gateway_asks import chunks, json_reply, sse, stream_reply
from gateway_benches import CLAUDE, DONE, FIRST, LAST, ask, bench, body, sent

from novastack_gateway.exchange import Usage
from novastack_gateway.transport import Broken, TooSlow
from novastack_gateway.transport.memory import MemoryReply


def test_a_stream_travels_as_it_comes() -> None:
    """Event by event, with the headers that keep proxies from holding it back."""
    one = bench(stream_reply(FIRST, LAST + DONE))
    told = ask(one, body(stream=True))
    assert (200, FIRST + LAST + DONE, True) == (told.status, told.body, told.closed)
    assert [FIRST, LAST, DONE] == told.writes
    assert [b"text/event-stream; charset=utf-8"] == told.header(b"content-type")
    assert ([b"no-cache"], [b"no"]) == (told.header(b"cache-control"), told.header(b"x-accel-buffering"))
    assert (200, Usage(3, 4), True) == (one.exchanges[0].status, one.exchanges[0].usage, one.exchanges[0].stream)


def test_unicode_separators_inside_an_event_are_text() -> None:
    """STR-01: for every cut of the bytes."""
    event = 'data: {"choices":[{"delta":{"content":"\u2028\u2029\u0085\x0b\x0cé"}}]}\n\n'.encode()
    for at in range(1, len(event)):
        told = ask(bench(stream_reply(event[:at], event[at:], DONE)), body(stream=True))
        assert event + DONE == told.body


def test_nothing_is_passed_on_after_the_end() -> None:
    """What follows [DONE] belongs to nobody."""
    told = ask(bench(stream_reply(FIRST + DONE + FIRST)), body(stream=True))
    assert FIRST + DONE == told.body


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (stream_reply(FIRST), "upstream_truncated"),
        (stream_reply(FIRST, b"data: [DONE]\n"), "upstream_truncated"),
        (stream_reply(FIRST, fails=Broken("cut")), "upstream_broken"),
        (stream_reply(FIRST, fails=TooSlow("late")), "upstream_timeout"),
        (stream_reply(FIRST, b"data: {oops\n\n"), "upstream_invalid"),
        (stream_reply(FIRST, b'data: {"error":{"message":"no","code":"overloaded"}}\n\n'), "overloaded"),
        (stream_reply(FIRST, b"data: " + b"x" * 9_000_000), "upstream_invalid"),
    ],
)
def test_a_stream_that_breaks_says_so(reply: MemoryReply, code: str) -> None:
    """STR-03: an error in the stream, no [DONE], and the exchange is not a 200."""
    fresh = MemoryReply(200, reply.headers, list(reply.pieces), reply.fails)
    one = bench(fresh)
    told = ask(one, body(stream=True))
    assert (200, True, True) == (told.status, told.closed, fresh.closed)
    assert told.body.startswith(FIRST)
    assert b"[DONE]" not in told.body
    error = json.loads(told.body.removeprefix(FIRST).removeprefix(b"data: "))["error"]
    assert code == error["code"]
    assert one.exchanges[0].status >= 500
    assert code == one.exchanges[0].error


def test_a_translated_stream_that_breaks_says_so_too() -> None:
    """With the chunks that had come, and the usage that was told."""
    start = sse(("message_start", {"message": {"id": "msg_1", "content": [], "usage": {"input_tokens": 3}}}))
    one = bench(stream_reply(start))
    told = ask(one, body("anthropic", stream=True))
    assert b"chat.completion.chunk" in told.body
    assert b"[DONE]" not in told.body
    assert (502, "upstream_truncated", Usage(3, 0)) == (
        one.exchanges[0].status,
        one.exchanges[0].error,
        one.exchanges[0].usage,
    )


def test_a_translated_answer_and_stream() -> None:
    """Through the pipeline, by the Messages API's path."""
    one = bench(json_reply(CLAUDE))
    told = ask(one, body("anthropic", seed=1))
    assert "hello" == json.loads(told.body)["choices"][0]["message"]["content"]
    assert (b"/v1/messages", [b"seed"]) == (sent(one)[0].path, told.header(b"x-novastack-dropped"))
    stopped = ("message_delta", {"delta": {"stop_reason": "end_turn"}})
    start = ("message_start", {"message": {"id": "msg_1", "content": [], "usage": {}}})
    streamed = ask(bench(stream_reply(sse(start, stopped, ("message_stop", {})))), body("anthropic", stream=True))
    assert "stop" == chunks(streamed.body)[-1]["choices"][0]["finish_reason"]
