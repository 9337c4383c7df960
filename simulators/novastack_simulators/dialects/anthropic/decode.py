"""From a Messages body to the neutral request."""

import json
from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from novastack_simulators.dialects.anthropic import body as wire
from novastack_simulators.dialects.anthropic.rules import check, check_version
from novastack_simulators.dialects.dialect import Fields
from novastack_simulators.dialects.reading import parsed, typed
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Choosing, Prompt, Thinking, Tool, Turn, digest

CONTENT: Final = ("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config")
LIMITS: Final = ("max_tokens", "stop_sequences")
EFFORTS: Final[Mapping[str, float]] = {"low": 0.6, "medium": 0.8, "high": 1.0, "xhigh": 1.6, "max": 2.0}
MODES: Final[Mapping[str, Literal["auto", "none", "required", "named"]]] = {
    "auto": "auto", "none": "none", "any": "required", "tool": "named",
}  # fmt: skip


def decode(data: bytes, fields: Fields, profile: Profile) -> Prompt:
    """A request to answer. Raises Refusal."""
    version = check_version(fields)
    raw = parsed(data)
    body = typed(raw, wire.Body)
    check(body, version, profile)
    limits = {"limit": body.max_tokens, "stop": tuple(body.stop_sequences or ()), "stream": bool(body.stream)}
    return msgspec.structs.replace(_prompt(body, raw), **limits)


def count(data: bytes, fields: Fields, profile: Profile) -> Prompt:
    """A request whose tokens are to be counted. Raises Refusal."""
    version = check_version(fields)
    raw = parsed(data)
    body = typed(raw, wire.CountBody)
    check(body, version, profile)
    return _prompt(body, raw)


def _prompt(body: wire.CountBody, raw: Mapping[str, Any]) -> Prompt:
    config = body.output_config
    return Prompt(
        model=body.model,
        turns=(*_system(body.system), *(turn for message in body.messages for turn in _turns(message))),
        content=digest(raw, *CONTENT),
        fingerprint=digest(raw, *CONTENT, *LIMITS),
        tools=tuple(_tool(tool) for tool in body.tools or ()),
        choosing=_choosing(body.tool_choice),
        thinking=_thinking(body.thinking, config.effort if config else None),
        shape=config.format.schema if config and config.format else None,
    )


def _system(system: str | list[wire.Text] | None) -> tuple[Turn, ...]:
    if not system:
        return ()
    text = system if isinstance(system, str) else "\n".join(block.text for block in system)
    return (Turn(role="system", text=text),)


def _turns(message: wire.Message) -> tuple[Turn, ...]:
    """One turn; a user message that carries tool results is a tool's turn, unless the user also says something after."""
    if isinstance(message.content, str):
        return (Turn(role=message.role, text=message.content),)
    images = sum(isinstance(block, wire.Image) for block in message.content)
    text = "\n".join(_text(block) for block in message.content)
    is_result = isinstance(message.content[-1], wire.ToolResult)
    results = tuple(_text(block) for block in message.content if isinstance(block, wire.ToolResult))
    return (Turn(role="tool" if is_result else message.role, text=text, images=images, results=results),)


def _text(block: wire.Block) -> str:
    if isinstance(block, wire.ToolResult):
        inner = block.content or ""
        return inner if isinstance(inner, str) else "\n".join(_text(part) for part in inner)
    if isinstance(block, wire.ToolUse):
        return block.name + json.dumps(block.input, ensure_ascii=False)
    if isinstance(block, wire.Document):
        return str(block.source.get("data", "")) if block.source.get("type") == "text" else ""
    return getattr(block, "text", "") or getattr(block, "thinking", "")


def _tool(tool: wire.Tool) -> Tool:
    text = f"{tool.name} {tool.description or ''} {json.dumps(tool.input_schema, ensure_ascii=False)}"
    return Tool(name=tool.name, schema=tool.input_schema, text=text)


def _choosing(choice: wire.ToolChoice | None) -> Choosing:
    if choice is None:
        return Choosing()
    return Choosing(mode=MODES[choice.type], name=choice.name, parallel=not choice.disable_parallel_tool_use)


def _thinking(config: wire.ThinkingConfig | None, effort: str | None) -> Thinking:
    """No `thinking` means none; Opus 4.7 shows no thinking text unless asked for a summary (anthropics/skills)."""
    if config is None or config.type == "disabled":
        return Thinking()
    return Thinking(on=True, shown=config.display == "summarized", effort=EFFORTS[effort or "high"])
