"""What a reply said, and when it is not an answer."""

import json
from typing import Any

import pytest

from novastack_loadtests.answers import Reading

CANARY = "canary:can-test-1"


def event(**chunk: Any) -> Any:
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


TEXT = event(choices=[{"index": 0, "delta": {"content": f"Hi. {CANARY}"}}])
FINISH = event(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])
USAGE = event(choices=[], usage={"completion_tokens": 7})
DONE = b"data: [DONE]\n\n"


def streamed(*pieces: tuple[bytes, ...], cut: str | None = None) -> Any:
    reading = Reading()
    for piece in pieces:
        reading.feed(piece)
    return reading.told(200, {}, cut)


def test_a_whole_stream_is_an_answer() -> None:
    """Text, finish reason, usage and [DONE] are all found."""
    reply = streamed(TEXT, FINISH, USAGE, DONE)
    assert ("answered", ("can-test-1",), ("stop",), 7, 3) == (
        reply.outcome,
        reply.canaries,
        reply.finishes,
        reply.tokens,
        reply.chunks,
    )


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ((TEXT, FINISH), "ended without [DONE]"),
        ((TEXT, DONE), "0 finish reasons instead of one"),
        ((TEXT, FINISH, FINISH, DONE), "2 finish reasons instead of one"),
        ((TEXT, FINISH, DONE, TEXT), "data after [DONE]"),
        ((TEXT, event(error={"message": "overloaded"}), FINISH, DONE), "an error inside a reply with status 200"),
        ((TEXT, FINISH, DONE, b"data: {"), "ended inside an event"),
    ],
)
def test_a_stream_that_is_not_whole_is_broken(pieces: tuple[bytes, ...], error: str) -> None:
    """Status 200 does not make it an answer."""
    reply = streamed(*pieces)
    assert ("broken", error) == (reply.outcome, reply.error)


def test_a_cut_connection_is_broken_though_all_was_said() -> None:
    """The transport's end counts as well as the stream's."""
    reply = streamed(TEXT, FINISH, DONE, cut="cut: reset")
    assert ("broken", "cut: reset") == (reply.outcome, reply.error)


def test_a_body_that_is_not_json_is_broken() -> None:
    """A 200 with HTML is no answer."""
    reading = Reading()
    reading.whole(b"<html>")
    assert "broken" == reading.told(200, {}).outcome


@pytest.mark.parametrize(("status", "outcome"), [(429, "refused"), (404, "rejected"), (502, "rejected")])
def test_other_statuses_are_told_apart(status: int, outcome: str) -> None:
    """A refusal is not an error of the gateway."""
    assert outcome == Reading().told(status, {}).outcome


def test_a_chunk_that_only_names_the_role_is_not_text() -> None:
    """The first token is the first text."""
    reading = Reading()
    reading.feed(event(choices=[{"index": 0, "delta": {"role": "assistant", "content": ""}}]))
    assert not reading.spoken


def test_headers_are_kept_as_they_were_written() -> None:
    """A verdict must see the text that was sent."""
    reply = Reading().told(429, {"retry-after": "1.5", "x-ratelimit-limit-requests": "many"})
    assert ("1.5", "many") == (reply.retry_after, reply.limit)
