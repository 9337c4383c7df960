"""Usage is what the provider told, under whichever names."""

import pytest

from novastack_simulators.tapes.events import events
from novastack_simulators.tapes.usage import Usage, plain, streamed


@pytest.mark.parametrize(
    ("body", "usage"),
    [
        (
            (
                b'{"choices":[{"index":1,"finish_reason":"length"},{"index":0,"finish_reason":"stop"}],"usage":'
                b'{"prompt_tokens":9,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":3}}}'
            ),
            Usage(9, 5, 3, ("stop", "length")),
        ),
        (
            (
                b'{"type":"message","stop_reason":"end_turn","usage":{"input_tokens":4,"cache_read_input_tokens":90,'
                b'"cache_creation_input_tokens":6,"output_tokens":7,"output_tokens_details":{"thinking_tokens":2}}}'
            ),
            Usage(100, 7, 2, ("end_turn",)),
        ),
        (b'{"error":{"message":"no"}}', Usage()),
        (b"<html>", Usage()),
    ],
)
def test_usage_of_a_plain_answer(body: bytes, usage: Usage) -> None:
    """OpenAI's names and Anthropic's, whose whole prompt is a sum."""
    assert usage == plain(body)


def test_usage_of_a_stream_is_what_was_told_last() -> None:
    """Anthropic's opens with a first count."""
    body = (
        b'data: {"type":"message_start","message":{"usage":{"input_tokens":8,"output_tokens":1}}}\n\n'
        b'data: {"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":30}}\n\n'
    )
    assert Usage(8, 30, 0, ("max_tokens",)) == streamed(events(body))


def test_usage_of_a_response() -> None:
    """The last event of OpenAI's Responses has it."""
    body = b'data: {"type":"response.completed","response":{"usage":{"input_tokens":3,"output_tokens":4}}}\n\n'
    assert Usage(3, 4) == streamed(events(body))
