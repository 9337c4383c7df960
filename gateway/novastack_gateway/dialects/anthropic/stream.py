"""A stream of the Messages API as a stream of OpenAI chat completion chunks, one event at a time."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from novastack_gateway.dialects.anthropic.errors import message_of
from novastack_gateway.dialects.anthropic.message import (
    Block,
    Message,
    TextBlock,
    ThinkingBlock,
    Tokens,
    ToolUseBlock,
    completion_id,
    finish,
)
from novastack_gateway.dialects.dialect import Ask, reported, unusable
from novastack_gateway.errors import Problem
from novastack_gateway.exchange import Usage
from novastack_gateway.sse import Event


class _TextDelta(msgspec.Struct, tag="text_delta", frozen=True):
    text: str


class _ThinkingDelta(msgspec.Struct, tag="thinking_delta", frozen=True):
    thinking: str


class _SignatureDelta(msgspec.Struct, tag="signature_delta", frozen=True):
    signature: str


class _JsonDelta(msgspec.Struct, tag="input_json_delta", frozen=True):
    partial_json: str


class _CitationsDelta(msgspec.Struct, tag="citations_delta", frozen=True):
    citation: msgspec.Raw


class _Start(msgspec.Struct, frozen=True):
    message: Message


class _BlockStart(msgspec.Struct, frozen=True):
    index: int
    content_block: Block


class _BlockDelta(msgspec.Struct, frozen=True):
    index: int
    delta: _TextDelta | _ThinkingDelta | _SignatureDelta | _JsonDelta | _CitationsDelta


class _BlockStop(msgspec.Struct, frozen=True):
    index: int


class _Stop(msgspec.Struct, frozen=True):
    stop_reason: str | None = None


class _MessageDelta(msgspec.Struct, frozen=True):
    delta: _Stop
    usage: Tokens = Tokens()


class Chunks:
    """The translation, and all that it has to remember."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._head: dict[str, Any] = {}
        self._tokens = Tokens()
        self._calls: dict[int, int] = {}
        self._whole_arguments: dict[int, bytes] = {}
        self._finished = False
        self.usage: Usage | None = None
        self.ended = False

    def feed(self, event: Event) -> bytes:
        """The chunks that one event becomes.

        Raises Problem for an error event, and for what is not an event of the Messages API.
        """
        if event.name == b"error":
            raise _reported(event.data)
        handler = _HANDLERS.get(event.name)
        if handler is None:
            return b""  # `ping`, and events that are added later: the versioning policy asks clients to ignore them
        if event.name != b"message_start" and not self._head:
            raise unusable("its stream did not begin with message_start")
        try:
            return handler(self, event.data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise unusable(f"a {event.name.decode()} event is not what it should be") from None

    def begin(self, data: bytes) -> bytes:
        message = _START.decode(data).message
        self._count(message.usage)
        self._head = {
            "id": completion_id(message.id),
            "object": "chat.completion.chunk",
            "created": int(self._ask.now),
            "model": self._ask.envelope.model,
        }
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def begin_block(self, data: bytes) -> bytes:
        start = _BLOCK_START.decode(data)
        block = start.content_block
        if isinstance(block, ToolUseBlock):
            index = self._calls[start.index] = len(self._calls)
            self._whole_arguments[start.index] = bytes(block.input)
            function = {"name": block.name, "arguments": ""}
            call = {"index": index, "id": block.id, "type": "function", "function": function}
            return self._chunk({"tool_calls": [call]})
        match block:
            case TextBlock(text=text) if text:
                return self._chunk({"content": text})
            case ThinkingBlock(thinking=thinking) if thinking:
                return self._chunk({"reasoning_content": thinking})
        return b""

    def continue_block(self, data: bytes) -> bytes:
        event = _BLOCK_DELTA.decode(data)
        match event.delta:
            case _TextDelta(text=text) if text:
                return self._chunk({"content": text})
            case _ThinkingDelta(thinking=thinking) if thinking:
                return self._chunk({"reasoning_content": thinking})
            case _JsonDelta(partial_json=piece) if piece:
                self._whole_arguments.pop(event.index, None)
                return self._arguments(event.index, piece)
        return b""

    def end_block(self, data: bytes) -> bytes:
        index = _BLOCK_STOP.decode(data).index
        # A call whose arguments came with its start, or that has none: SDKs parse the text as a JSON object.
        whole = self._whole_arguments.pop(index, None)
        return b"" if whole is None else self._arguments(index, whole.decode())

    def finish(self, data: bytes) -> bytes:
        event = _MESSAGE_DELTA.decode(data)
        self._count(event.usage)
        self._finished = True
        return self._chunk({}, finish(event.delta.stop_reason))

    def end(self, _: bytes) -> bytes:
        if not self._finished:
            raise unusable("its stream ended without a stop reason")
        self.ended = True
        done = b"data: [DONE]\n\n"
        if not self._ask.envelope.wants_usage:
            return done
        return _event({**self._head, "choices": [], "usage": self._tokens.openai()}) + done

    def _count(self, tokens: Tokens) -> None:
        self._tokens = self._tokens.merged(tokens)
        self.usage = self._tokens.usage()

    def _arguments(self, index: int, piece: str) -> bytes:
        if index not in self._calls:
            raise unusable("it sent arguments for a block that is not a tool call")
        return self._chunk({"tool_calls": [{"index": self._calls[index], "function": {"arguments": piece}}]})

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        # OpenAI's specification: with include_usage every other chunk carries `usage: null`; without it, none does.
        usage = {"usage": None} if self._ask.envelope.wants_usage else {}
        return _event({**self._head, "choices": [choice], **usage})


_START: Final = msgspec.json.Decoder(_Start)
_BLOCK_START: Final = msgspec.json.Decoder(_BlockStart)
_BLOCK_DELTA: Final = msgspec.json.Decoder(_BlockDelta)
_BLOCK_STOP: Final = msgspec.json.Decoder(_BlockStop)
_MESSAGE_DELTA: Final = msgspec.json.Decoder(_MessageDelta)

_HANDLERS: Final[Mapping[bytes, Callable[[Chunks, bytes], bytes]]] = {
    b"message_start": Chunks.begin,
    b"content_block_start": Chunks.begin_block,
    b"content_block_delta": Chunks.continue_block,
    b"content_block_stop": Chunks.end_block,
    b"message_delta": Chunks.finish,
    b"message_stop": Chunks.end,
}


def _event(value: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def _reported(data: bytes) -> Problem:
    message, _, code = message_of(data)
    return reported(message, code)
