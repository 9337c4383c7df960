"""A response request as it is read, once its fields have been checked."""

from typing import Any

import msgspec


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A function that may be called."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """text, json_object, or json_schema with its name and schema."""

    type: str = "text"
    name: str | None = None
    description: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """How the text is to look."""

    format: Format | None = None
    verbosity: str | None = None


class Reasoning(msgspec.Struct, frozen=True, kw_only=True):
    """How hard to think, and whether a summary of it is wanted."""

    effort: str | None = None
    summary: str | None = None
    generate_summary: str | None = None


class Options(msgspec.Struct, frozen=True):
    """What a stream carries besides the answer."""

    include_obfuscation: bool | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a message, of a tool's output or of a summary."""

    type: str
    text: str | None = None
    refusal: str | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the input, whatever its type."""

    type: str = "message"
    role: str | None = None
    content: str | list[Part] | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    output: str | list[Part] | None = None
    summary: list[Part] | None = None


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """The request."""

    model: str
    input: str | list[Item]
    instructions: str | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_logprobs: int | None = None
    tools: list[Tool] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    text: Shape | None = None
    reasoning: Reasoning | None = None
    include: list[str] | None = None
    stream: bool | None = None
    stream_options: Options | None = None
    store: bool | None = None
    metadata: dict[str, str] | None = None
    truncation: str | None = None
    service_tier: str | None = None
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None

    @property
    def format(self) -> Format:
        """The wanted format; plain text unless given."""
        return (self.text and self.text.format) or Format()

    @property
    def summarised(self) -> bool:
        """Whether the caller wants to read a summary of the reasoning."""
        return self.reasoning is not None and bool(self.reasoning.summary or self.reasoning.generate_summary)
