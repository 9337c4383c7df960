"""What SDKs and applications need of each object: the keys they read, with the types they rely on.

Optional here is what a good OpenAI-like vendor is known to leave out or send as null (DeepSeek, DashScope,
vLLM, SGLang). A narrower reading belongs in strict.py.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag

from novastack_contracts.wire.part import Count, Id, Part


class Usage(Part):
    """Token counts. OpenAI's file sets no minimum; a negative count is nonsense all the same."""

    prompt_tokens: Count
    completion_tokens: Count
    total_tokens: Count
    prompt_tokens_details: Mapping[str, Any] | None = None
    completion_tokens_details: Mapping[str, Any] | None = None


class Function(Part):
    """The function of a complete tool call; `arguments` is JSON inside a string."""

    name: Id
    arguments: str


class FunctionCall(Part):
    """A complete call of a function tool."""

    id: Id
    type: Literal["function"]
    function: Function


class Custom(Part):
    """The custom tool of a complete call."""

    name: Id
    input: str


class CustomCall(Part):
    """A complete call of a custom tool."""

    id: Id
    type: Literal["custom"]
    custom: Custom


def call_kind(call: object) -> str | None:
    """Tell the union which branch to hold a call against, so that only that branch reports."""
    kind = call.get("type") if isinstance(call, dict) else getattr(call, "type", None)
    return f"<{kind}>" if isinstance(kind, str) else None


ToolCall = Annotated[
    Annotated[FunctionCall, Tag("<function>")] | Annotated[CustomCall, Tag("<custom>")], Discriminator(call_kind)
]


class Message(Part):
    """An answer's message. `content` may be null but its key must be there: clients index it."""

    role: Literal["assistant"]
    content: str | None
    refusal: str | None = None
    tool_calls: tuple[ToolCall, ...] | None = None


class Choice(Part):
    """One alternative. `insufficient_system_resource` is DeepSeek's own documented reason."""

    index: Count
    message: Message
    finish_reason: Literal[
        "stop", "length", "tool_calls", "content_filter", "function_call", "insufficient_system_resource"
    ]


class Completion(Part):
    """The whole answer of a chat request that does not stream."""

    id: Id
    object: Literal["chat.completion"]
    created: int
    model: Id
    choices: tuple[Choice, ...]
    usage: Usage | None = None


class FunctionPiece(Part):
    """A fragment of a call's function."""

    name: str | None = None
    arguments: str | None = None


class ToolCallPiece(Part):
    """A fragment of a call; `index` says which call it belongs to, so nothing works without it."""

    index: Count
    id: str | None = None
    type: str | None = None
    function: FunctionPiece | None = None


class Delta(Part):
    """What a chunk adds to one choice."""

    role: str | None = None
    content: str | None = None
    refusal: str | None = None
    tool_calls: tuple[ToolCallPiece, ...] | None = None


class ChunkChoice(Part):
    """One choice of a chunk; the reason's own words are judged once it is not null."""

    index: Count
    delta: Delta
    finish_reason: str | None = None


class Chunk(Part):
    """One event of a chat stream."""

    id: Id
    object: Literal["chat.completion.chunk"]
    created: int
    model: Id
    choices: tuple[ChunkChoice, ...]
    usage: Usage | None = None


class ModelCard(Part):
    """A model of the list. DeepSeek sends no `created`."""

    id: Id
    object: Literal["model"]
    created: int | None = None
    owned_by: str


class ModelList(Part):
    """The answer of GET /models."""

    object: Literal["list"]
    data: tuple[ModelCard, ...]


class Fault(Part):
    """What went wrong. `code` may be a number (vLLM) or absent here."""

    message: Id
    type: str


class ErrorReply(Part):
    """The body of every 4xx and 5xx."""

    error: Fault
