"""What the Messages API answers, typed as far as it is translated; and what its words mean in OpenAI's."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from novastack_gateway.dialects.dialect import unusable
from novastack_gateway.exchange import Usage

# platform.claude.com, Messages API, `stop_reason` (November 2026): every documented one. One that is not here is an error: a guess would tell a lie.
FINISH: Final[Mapping[str, str]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


class OutputDetails(msgspec.Struct, frozen=True):
    thinking_tokens: int | None = None


class Tokens(msgspec.Struct, frozen=True):
    """Anthropic's counters: input excludes what was read from or written to the cache."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens_details: OutputDetails | None = None

    def merged(self, later: "Tokens") -> "Tokens":
        """Counters are cumulative: a later one replaces an earlier one, an absent one leaves it."""
        changes = {name: value for name in self.__struct_fields__ if (value := getattr(later, name)) is not None}
        return msgspec.structs.replace(self, **changes)

    def usage(self) -> Usage:
        prompt = sum(
            count or 0 for count in (self.input_tokens, self.cache_creation_input_tokens, self.cache_read_input_tokens)
        )
        return Usage(prompt, self.output_tokens or 0)

    def openai(self) -> dict[str, Any]:
        """OpenAI's usage object: prompt + completion = total, and details only where the upstream counted."""
        usage = self.usage()
        thinking = self.output_tokens_details.thinking_tokens if self.output_tokens_details else None
        value: dict[str, Any] = {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        }
        if self.cache_read_input_tokens is not None:
            value["prompt_tokens_details"] = {"cached_tokens": self.cache_read_input_tokens}
        if thinking is not None:
            value["completion_tokens_details"] = {"reasoning_tokens": thinking}
        return value


class TextBlock(msgspec.Struct, tag="text", frozen=True):
    text: str = ""


class ThinkingBlock(msgspec.Struct, tag="thinking", frozen=True):
    thinking: str = ""


class RedactedBlock(msgspec.Struct, tag="redacted_thinking", frozen=True):
    """Thinking that may not be shown."""


class ToolUseBlock(msgspec.Struct, tag="tool_use", frozen=True):
    id: str
    name: str
    input: msgspec.Raw = msgspec.Raw(b"{}")


Block = TextBlock | ThinkingBlock | RedactedBlock | ToolUseBlock


class Message(msgspec.Struct, frozen=True):
    id: str
    content: list[Block]
    usage: Tokens
    stop_reason: str | None = None


def finish(stop_reason: str | None) -> str:
    """OpenAI's finish reason.

    Raises Problem 502 for a stop reason that has no meaning here.
    """
    found = FINISH.get(stop_reason or "")
    if found is None:
        raise unusable(f"it stopped for a reason that is not known here ({str(stop_reason)[:40]})")
    return found


def completion_id(message_id: str) -> str:
    return "chatcmpl-" + message_id.removeprefix("msg_")
