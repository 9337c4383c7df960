"""The Messages request body. An unknown field is an error: the API answers "Extra inputs are not permitted".

Field names: the anthropic SDK's request types (2.12) and platform.claude.com/docs/en/api/messages.
"""

from typing import Annotated, Any, Literal

import msgspec


class CacheControl(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cache breakpoint."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None


Cache = CacheControl | None


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="text", tag_field="type"):
    text: str
    cache_control: Cache = None
    citations: list[Any] | None = None


class Base64Image(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="base64", tag_field="type"
):
    media_type: Literal["image/jpeg", "image/png", "image/gif", "image/webp"]
    data: str


class Url(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="url", tag_field="type"):
    url: str


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="file", tag_field="type"):
    file_id: str


ImageSource = Base64Image | Url | File


class Image(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="image", tag_field="type"):
    source: ImageSource
    cache_control: Cache = None


class Base64Pdf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="base64", tag_field="type"):
    media_type: Literal["application/pdf"]
    data: str


class PlainText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="text", tag_field="type"):
    media_type: Literal["text/plain"]
    data: str


class Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="content", tag_field="type"):
    content: str | list[Text | Image]


DocumentSource = Base64Pdf | PlainText | Content | Url | File


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="document", tag_field="type"):
    source: DocumentSource
    title: str | None = None
    context: str | None = None
    citations: dict[str, Any] | None = None
    cache_control: Cache = None


class Thought(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="thinking", tag_field="type"):
    thinking: str
    signature: str


class Redacted(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="redacted_thinking", tag_field="type"
):
    data: str


class ToolUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="tool_use", tag_field="type"):
    id: str
    name: str
    input: dict[str, Any]
    caller: dict[str, Any] | None = None
    cache_control: Cache = None


class ToolResult(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="tool_result", tag_field="type"
):
    tool_use_id: str
    content: str | list[Text | Image | Document] | None = None
    is_error: bool | None = None
    cache_control: Cache = None


Block = Text | Image | Document | Thought | Redacted | ToolUse | ToolResult


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    role: Literal["user", "assistant"]
    content: str | list[Block]


class Tool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client tool. The server tools (web search, code execution, …) are not simulated."""

    name: str
    input_schema: dict[str, Any]
    description: str | None = None
    type: Literal["custom"] | None = None
    cache_control: Cache = None
    strict: bool | None = None
    defer_loading: bool | None = None
    eager_input_streaming: bool | None = None
    allowed_callers: list[str] | None = None
    input_examples: list[dict[str, Any]] | None = None


class ToolChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class ThinkingConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    type: Literal["adaptive", "disabled", "enabled", "between_tools"]
    budget_tokens: int | None = None
    display: Literal["summarized", "omitted"] | None = None


class Format(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    type: Literal["json_schema"]
    schema: dict[str, Any]


class OutputConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    format: Format | None = None
    task_budget: dict[str, Any] | None = None


class Metadata(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom the request is for; the longest `user_id` is the OpenAPI file's."""

    user_id: Annotated[str, msgspec.Meta(max_length=256)] | None = None


class CountBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What count_tokens takes."""

    model: str
    messages: list[Message]
    system: str | list[Text] | None = None
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    thinking: ThinkingConfig | None = None
    output_config: OutputConfig | None = None
    cache_control: Cache = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None


class Body(CountBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What messages takes besides."""

    max_tokens: int
    stream: bool | None = None
    stop_sequences: list[str] | None = None
    metadata: Metadata | None = None
    service_tier: Literal["auto", "standard_only"] | None = None
    container: str | None = None
    inference_geo: str | None = None
    speed: Literal["standard", "fast"] | None = None
    diagnostics: dict[str, Any] | None = None
