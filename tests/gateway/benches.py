"""Pipelines on the bench, and the requests and replies that tests put to them."""

import asyncio
import json
from typing import Any

from gateway_asks import Bench, Told, json_reply

from novastack_gateway.errors import Header
from novastack_gateway.transport import UpstreamReply, UpstreamRequest

USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
WHOLE = {"id": "x", "object": "chat.completion", "choices": [], "usage": USAGE}
FIRST = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
LAST = b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n'
DONE = b"data: [DONE]\n\n"
CLAUDE = {
    "id": "msg_1",
    "content": [{"type": "text", "text": "hello"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 4},
}


def body(model: str = "openai", **more: Any) -> bytes:
    return json.dumps({"model": model, "messages": [{"role": "user", "content": "hi"}], **more}).encode()


def bench(reply: UpstreamReply | Exception | None = None, **more: Any) -> Bench:
    return Bench(lambda _: json_reply(WHOLE) if reply is None else reply, **more)


def ask(bench: Bench, data: bytes, *headers: Header, **more: Any) -> Told:
    return asyncio.run(bench.ask(data, *headers, **more))


def sent(bench: Bench) -> list[UpstreamRequest]:
    return [request for transport in bench.transports.values() for request in transport.requests]
