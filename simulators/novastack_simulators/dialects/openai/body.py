"""The request body that OpenAI and all that are like it accept. Unknown fields are ignored, null counts as absent.

OpenAI API reference, POST /v1/chat/completions (openapi.yaml 2.3.0).
"""

from typing import Any, Literal

import msgspec


class Part(msgspec.Struct, frozen=True):
    """One part of a message's content."""

    type: str
    text: str | None = None
    image_url: str | dict[str, Any] | None = None
    file: dict[str, Any] | None = None
    refusal: str | None = None


class Function(msgspec.Struct, frozen=True):
    """A function that was called."""

    name: str
    arguments: str


class ToolCall(msgspec.Struct, frozen=True):
    """A call in an assistant message of the history."""

    id: str
    function: Function
    type: str = "function"


class Message(msgspec.Struct, frozen=True):
    """A message of any role."""

    role: str
    content: str | list[Part] | None = None
    name: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    reasoning_content: str | None = None


class Declared(msgspec.Struct, frozen=True):
    """A function that may be called."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Tool(msgspec.Struct, frozen=True):
    """A tool; only functions are known."""

    type: str
    function: Declared


class Named(msgspec.Struct, frozen=True):
    """The name in a named tool choice."""

    name: str


class NamedChoice(msgspec.Struct, frozen=True):
    """A tool choice that names a function."""

    type: str
    function: Named


class Allowed(msgspec.Struct, frozen=True):
    """The tools that may be called, and whether one must be."""

    mode: Literal["auto", "required"]
    tools: list[NamedChoice]


class AllowedChoice(msgspec.Struct, frozen=True):
    """A tool choice that lists functions."""

    allowed_tools: Allowed


class JsonSchema(msgspec.Struct, frozen=True):
    """The schema of a response format."""

    name: str
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class ResponseFormat(msgspec.Struct, frozen=True):
    """text, json_object or json_schema."""

    type: str
    json_schema: JsonSchema | None = None


class StreamOptions(msgspec.Struct, frozen=True):
    """What a stream carries besides the answer."""

    include_usage: bool | None = None


class ChatBody(msgspec.Struct, frozen=True, kw_only=True):
    """What all OpenAI-likes understand; a dialect adds its own fields in a sub-class."""

    model: str
    messages: list[Message]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    n: int | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    tools: list[Tool] | None = None
    tool_choice: str | NamedChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    reasoning_effort: str | None = None
    user: str | None = None
