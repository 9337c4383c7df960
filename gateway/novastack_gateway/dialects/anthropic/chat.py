"""OpenAI's chat request, typed as far as it is translated; schemas and free-form values stay as their own bytes.

Fields: OpenAI's specification, `CreateChatCompletionRequest` (openai-openapi f85dbe2, 2026-08-21).
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Raw


class Text(msgspec.Struct, tag="text", frozen=True):
    text: str


class Refusal(msgspec.Struct, tag="refusal", frozen=True):
    refusal: str


class ImageUrl(msgspec.Struct, frozen=True):
    url: str


class Image(msgspec.Struct, tag="image_url", frozen=True):
    image_url: ImageUrl


class FileData(msgspec.Struct, frozen=True):
    file_data: str | None = None
    file_id: str | None = None
    filename: str | None = None


class File(msgspec.Struct, tag="file", frozen=True):
    file: FileData


class Audio(msgspec.Struct, tag="input_audio", frozen=True):
    input_audio: Raw


Part = Text | Refusal | Image | File | Audio
Content = str | list[Part] | None


class Function(msgspec.Struct, frozen=True):
    name: str
    arguments: str


class Call(msgspec.Struct, frozen=True):
    id: str
    function: Function
    type: Literal["function"] = "function"


class System(msgspec.Struct, tag_field="role", tag="system", frozen=True):
    content: Content


class Developer(msgspec.Struct, tag_field="role", tag="developer", frozen=True):
    content: Content


class User(msgspec.Struct, tag_field="role", tag="user", frozen=True):
    content: Content


class Assistant(msgspec.Struct, tag_field="role", tag="assistant", frozen=True):
    content: Content = None
    tool_calls: list[Call] | None = None


class Tool(msgspec.Struct, tag_field="role", tag="tool", frozen=True):
    tool_call_id: str
    content: Content


Message = System | Developer | User | Assistant | Tool


class FunctionDefinition(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    description: str | None = None
    parameters: dict[str, Raw] | None = None
    strict: bool | None = None


class ToolDefinition(msgspec.Struct, frozen=True):
    function: FunctionDefinition
    type: Literal["function"] = "function"


class Name(msgspec.Struct, frozen=True):
    name: str


class NamedTool(msgspec.Struct, tag="function", frozen=True):
    function: Name


class AllowedTool(msgspec.Struct, frozen=True):
    function: Name
    type: Literal["function"] = "function"


class AllowedList(msgspec.Struct, frozen=True):
    mode: Literal["auto", "required"]
    tools: list[AllowedTool]


class AllowedTools(msgspec.Struct, tag="allowed_tools", frozen=True):
    allowed_tools: AllowedList


ToolChoice = Literal["none", "auto", "required"] | NamedTool | AllowedTools


class PlainText(msgspec.Struct, tag="text", frozen=True):
    """`response_format` that asks for nothing special."""


class JsonObject(msgspec.Struct, tag="json_object", frozen=True):
    """Any JSON object."""


class NamedSchema(msgspec.Struct, frozen=True):
    name: str
    schema: dict[str, Raw] | None = None
    strict: bool | None = None


class JsonSchema(msgspec.Struct, tag="json_schema", frozen=True):
    json_schema: NamedSchema


class Chat(msgspec.Struct, frozen=True):
    """What of a chat request has a counterpart in the Messages API."""

    messages: list[Message]
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    stream: bool | None = None
    stop: str | Annotated[list[str], Meta(max_length=4)] | None = None
    tools: list[ToolDefinition] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: PlainText | JsonObject | JsonSchema | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    user: str | None = None


Json = dict[str, Any]
