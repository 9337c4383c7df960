"""A chat request in OpenAI's format as a request of Anthropic's Messages API.

Facts: platform.claude.com API reference "Messages", the types of anthropic-sdk-python 2.12, and what claude-opus-4-7
is documented to refuse.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from novastack_gateway import reading
from novastack_gateway.dialects.anthropic import parameters
from novastack_gateway.dialects.anthropic.chat import (
    AllowedTools,
    Chat,
    Json,
    JsonObject,
    JsonSchema,
    NamedTool,
    ToolDefinition,
)
from novastack_gateway.dialects.anthropic.turns import system, turns
from novastack_gateway.dialects.dialect import Ask, Put
from novastack_gateway.errors import Problem

DEFAULT_MAX_TOKENS: Final = 4096
"""`max_tokens` is required by the Messages API and optional in OpenAI's."""

_CHAT: Final = msgspec.json.Decoder(Chat)

_EFFORT: Final[Mapping[str, str]] = {
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "xhigh",
    "max": "max",
}

_MODE: Final[Mapping[str, str]] = {"none": "none", "auto": "auto", "required": "any"}


def put(ask: Ask) -> Put:
    """The whole translation.

    Raises Problem 400 that names what cannot be translated.
    """
    chat = reading.read(_CHAT, ask.body)
    dropped = parameters.dropped(ask.body)
    conversation = turns(chat.messages)
    if not conversation:
        raise Problem(400, "'messages' has no turn of a user or assistant.", code="invalid_value", param="messages")
    body: Json = {
        "model": ask.model,
        "max_tokens": _max_tokens(chat, ask),
        "messages": conversation,
        **_optional(chat),
    }
    return Put(msgspec.json.encode(body), dropped)


def _max_tokens(chat: Chat, ask: Ask) -> int:
    return chat.max_completion_tokens or chat.max_tokens or min(DEFAULT_MAX_TOKENS, ask.max_output_tokens)


def _optional(chat: Chat) -> Json:
    members: Json = {
        "system": system(chat.messages),
        "stream": chat.stream,
        "stop_sequences": [chat.stop] if isinstance(chat.stop, str) else chat.stop,
        "metadata": {"user_id": chat.user} if chat.user else None,
        **_reasoning(chat),
        **_tools(chat),
    }
    return {name: value for name, value in members.items() if value}


def _reasoning(chat: Chat) -> Json:
    """Adaptive thinking and effort; a schema for the answer. Both live in `output_config`."""
    effort = _EFFORT.get(chat.reasoning_effort or "")
    config: Json = {"effort": effort} if effort else {}
    match chat.response_format:
        case JsonSchema(json_schema=named):
            config["format"] = {"type": "json_schema", "schema": named.schema or {"type": "object"}}
        case JsonObject():
            config["format"] = {"type": "json_schema", "schema": {"type": "object"}}
    # Without `display` Opus 4.7 sends its thinking empty, and the caller asked for it.
    thinking = {"type": "adaptive", "display": "summarized"} if effort else None
    return {"output_config": config, "thinking": thinking}


def _tools(chat: Chat) -> Json:
    tools = chat.tools or []
    choice = chat.tool_choice
    if isinstance(choice, AllowedTools):
        allowed = {tool.function.name for tool in choice.allowed_tools.tools}
        tools = [tool for tool in tools if tool.function.name in allowed]
    if not tools:
        return {}
    return {"tools": [_tool(tool) for tool in tools], "tool_choice": _tool_choice(chat)}


def _tool(tool: ToolDefinition) -> Json:
    function = tool.function
    members: Json = {
        "name": function.name,
        "description": function.description,
        "strict": function.strict,
        "input_schema": function.parameters or {"type": "object", "properties": {}},
    }
    return {name: value for name, value in members.items() if value is not None}


def _tool_choice(chat: Chat) -> Json | None:
    match chat.tool_choice:
        case NamedTool(function=function):
            choice: Json = {"type": "tool", "name": function.name}
        case AllowedTools(allowed_tools=allowed):
            choice = {"type": _MODE[allowed.mode]}
        case None:
            choice = {"type": "auto"}
        case mode:
            choice = {"type": _MODE[mode]}
    if chat.parallel_tool_calls is False and choice["type"] != "none":
        return {**choice, "disable_parallel_tool_use": True}
    return None if chat.tool_choice is None else choice
