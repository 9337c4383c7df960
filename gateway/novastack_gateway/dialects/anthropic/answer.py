"""A whole message of the Messages API as an OpenAI chat completion."""

from typing import Any, Final

import msgspec

from novastack_gateway.dialects.anthropic.message import (
    Message,
    TextBlock,
    ThinkingBlock,
    ToolUseBlock,
    completion_id,
    finish,
)
from novastack_gateway.dialects.dialect import Answer, Ask, unusable

_MESSAGE: Final = msgspec.json.Decoder(Message)


def answer(ask: Ask, body: bytes) -> Answer:
    try:
        message = _MESSAGE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise unusable("it is not a message of the Messages API") from None
    value = {
        "id": completion_id(message.id),
        "object": "chat.completion",
        "created": int(ask.now),
        "model": ask.envelope.model,
        "choices": [
            {
                "index": 0,
                "message": _message(message),
                "logprobs": None,
                "finish_reason": finish(message.stop_reason),
            }
        ],
        "usage": message.usage.openai(),
    }
    return Answer(msgspec.json.encode(value), message.usage.usage())


def _message(message: Message) -> dict[str, Any]:
    text = "".join(block.text for block in message.content if isinstance(block, TextBlock))
    thinking = "".join(block.thinking for block in message.content if isinstance(block, ThinkingBlock))
    calls = [_call(block) for block in message.content if isinstance(block, ToolUseBlock)]
    value: dict[str, Any] = {"role": "assistant", "content": text if text or not calls else None, "refusal": None}
    if thinking:
        value["reasoning_content"] = thinking
    if calls:
        value["tool_calls"] = calls
    return value


def _call(block: ToolUseBlock) -> dict[str, Any]:
    function = {"name": block.name, "arguments": bytes(block.input).decode()}
    return {"id": block.id, "type": "function", "function": function}
