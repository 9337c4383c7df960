"""What the Messages API checks once the types are right, in both versions, and what Opus 4.7 refuses besides."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from novastack_simulators.dialects.anthropic import body as wire
from novastack_simulators.dialects.anthropic.caching import breakpoints
from novastack_simulators.dialects.anthropic.media import decoded
from novastack_simulators.dialects.anthropic.seal import genuine
from novastack_simulators.dialects.dialect import Fields
from novastack_simulators.dialects.reading import check_schema
from novastack_simulators.profile import Profile
from novastack_simulators.refusal import Refusal

VERSIONS: Final = ("2023-06-01", "2026-10-21")
BREAKPOINTS: Final = 4
MESSAGES: Final = 100_000
TOOL_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,128}")
# What is documented, but not simulated for this model, is refused rather than ignored.
ABSENT: Final = ("container", "diagnostics")


def check_version(fields: Fields) -> str:
    version = fields.get("anthropic-version")
    if version is None:
        raise Refusal("invalid", param="anthropic-version", message="header is required")
    if version not in VERSIONS:
        text = f'"{version}" is not a valid version: use one of {", ".join(VERSIONS)}'
        raise Refusal("invalid", param="anthropic-version", message=text)
    return version


def check(body: wire.CountBody, version: str, profile: Profile) -> None:
    """Raises Refusal for the first thing that is wrong."""
    if body.model not in profile.models:
        raise Refusal("model", model=body.model)
    _sampling(body)
    _thinking(body)
    check_order(body.messages)
    if body.messages[-1].role == "assistant":
        text = "This model does not support assistant message prefill. The conversation must end with a user message."
        raise Refusal("unsupported", param="messages", message=text)
    check_content(body)
    if isinstance(body, wire.Body):
        _limits(body, profile)
        _absent(body)
    if version == "2026-10-21":
        _documents(body.messages)


def check_content(body: wire.CountBody) -> None:
    """What holds for every model of this wire: the system prompt, sealed thinking, media, breakpoints, tools, schema."""
    if isinstance(body.system, list) and any(not block.text for block in body.system):
        raise Refusal("invalid", param="system", message="text content blocks must be non-empty")
    for param, block in _placed(body.messages):
        _sealed(block, param, body.model)
        _media(block, param)
    _breakpoints(body)
    check_tools(body)
    if body.output_config and body.output_config.format:
        check_schema(body.output_config.format.schema, "output_config.format.schema")


def _placed(messages: Sequence[wire.Message]) -> Iterator[tuple[str, wire.Block]]:
    for index, message in enumerate(messages):
        for number, block in enumerate(message.content if isinstance(message.content, list) else ()):
            yield f"messages.{index}.content.{number}", block
            if isinstance(block, wire.ToolResult) and isinstance(block.content, list):
                yield from (
                    (f"messages.{index}.content.{number}.content.{place}", part)
                    for place, part in enumerate(block.content)
                )


def _sealed(block: wire.Block, param: str, model: str) -> None:
    """Recorded text: what was altered, or made by another model, is refused (2025-10-07 and later)."""
    if isinstance(block, wire.Thought) and not genuine("thinking", model, block.thinking, block.signature):
        raise Refusal("invalid", param=param, message="Invalid `signature` in `thinking` block")
    if isinstance(block, wire.Redacted) and not genuine("redacted", model, "", block.data):
        raise Refusal("invalid", param=param, message="Invalid `data` in `redacted_thinking` block")


def _media(block: wire.Block, param: str) -> None:
    source = getattr(block, "source", None)
    if isinstance(source, wire.Base64Image | wire.Base64Pdf):
        decoded(source.data, param)
    if isinstance(source, wire.Content) and not isinstance(source.content, str):
        for number, part in enumerate(source.content):
            _media(part, f"{param}.source.content.{number}")


def _breakpoints(body: wire.CountBody) -> None:
    """Recorded texts; a longer life must come first, in the order tools, system, messages."""
    given = breakpoints(body)
    if len(given) > BREAKPOINTS:
        text = f"A maximum of {BREAKPOINTS} blocks with cache_control may be provided. Found {len(given)}."
        raise Refusal("unsupported", param="cache_control", message=text)
    lives = [control.ttl or "5m" for control in given]
    if "1h" in lives[lives.index("5m") :] if "5m" in lives else False:
        text = (
            "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are "
            "processed in the following order: `tools`, `system`, `messages`."
        )
        raise Refusal("invalid", param="cache_control.ttl", message=text)


def _absent(body: wire.Body) -> None:
    for name in ABSENT:
        if getattr(body, name) is not None:
            raise Refusal("unsupported", param=name, message=f"`{name}` is not supported for this model.")
    # Fast mode was removed for this model around 2026-07-25 (anthropics/skills).
    if body.speed == "fast":
        raise Refusal("unsupported", param="speed", message="speed: 'fast' is not supported for this model.")
    if body.output_config and body.output_config.task_budget is not None:
        raise Refusal("extra", param="output_config.task_budget")


def _sampling(body: wire.CountBody) -> None:
    """2026-10-21 removes them for every model; Opus 4.7 refuses them in both versions (recorded texts)."""
    for name in ("temperature", "top_p", "top_k"):
        if getattr(body, name) is not None:
            raise Refusal("unsupported", param=name, message=f"`{name}` is deprecated for this model.")


def _thinking(body: wire.CountBody) -> None:
    if body.thinking and body.thinking.type == "enabled":
        text = (
            '"thinking.type.enabled" is not supported for this model. '
            'Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
        )
        raise Refusal("unsupported", param="thinking", message=text)


def check_order(messages: Sequence[wire.Message]) -> None:
    if not messages:
        raise Refusal("invalid", param="messages", message="at least one message is required")
    if len(messages) > MESSAGES:
        raise Refusal("invalid", param="messages", message=f"List should have at most {MESSAGES} items")
    for index, message in enumerate(messages):
        if not message.content:
            text = "all messages must have non-empty content"
            raise Refusal("invalid", param=f"messages.{index}", message=text)
        _blocks(message, f"messages.{index}")
        _results(messages, index)


BY_ROLE: Final[dict[str, tuple[type, ...]]] = {
    "user": (wire.ToolUse, wire.Thought, wire.Redacted),
    "assistant": (wire.Image, wire.ToolResult),
}


def _blocks(message: wire.Message, param: str) -> None:
    for index, block in enumerate(message.content if isinstance(message.content, list) else ()):
        if isinstance(block, BY_ROLE[message.role]):
            kind = type(block).__struct_config__.tag
            text = f"`{kind}` blocks are not allowed in {message.role} messages"
            raise Refusal("invalid", param=f"{param}.content.{index}", message=text)
        if isinstance(block, wire.Text) and not block.text:
            raise Refusal("invalid", param=param, message="text content blocks must be non-empty")


def _results(messages: Sequence[wire.Message], index: int) -> None:
    """Each tool_use is answered in the next message, and each tool_result answers one of the message before."""
    used = _used(messages[index - 1]) if index else ()
    given = _given(messages[index])
    if strange := [name for name in given if name not in used]:
        text = (
            f"unexpected `tool_use_id` found in `tool_result` blocks: {', '.join(strange)}. Each `tool_result` block "
            "must have a corresponding `tool_use` block in the previous message."
        )
        raise Refusal("invalid", param=f"messages.{index}.content", message=text)
    if unanswered := [name for name in used if name not in given]:
        text = (
            f"`tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(unanswered)}. Each "
            "`tool_use` block must have a corresponding `tool_result` block in the next message."
        )
        raise Refusal("invalid", param=f"messages.{index - 1}", message=text)


def _used(message: wire.Message) -> tuple[str, ...]:
    blocks = message.content if isinstance(message.content, list) else ()
    return tuple(block.id for block in blocks if isinstance(block, wire.ToolUse))


def _given(message: wire.Message) -> tuple[str, ...]:
    blocks = message.content if isinstance(message.content, list) else ()
    return tuple(block.tool_use_id for block in blocks if isinstance(block, wire.ToolResult))


def check_tools(body: wire.CountBody) -> None:
    names = [tool.name for tool in body.tools or ()]
    if len(set(names)) < len(names):
        raise Refusal("invalid", param="tools", message="Tool names must be unique.")
    for index, tool in enumerate(body.tools or ()):
        if not TOOL_NAME.fullmatch(tool.name):
            text = f"String should match pattern '^{TOOL_NAME.pattern}$'"
            raise Refusal("invalid", param=f"tools.{index}.custom.name", message=text)
        if tool.input_schema.get("type") != "object":
            raise Refusal("invalid", param=f"tools.{index}.input_schema.type", message="Input should be 'object'")
        check_schema(tool.input_schema, f"tools.{index}.input_schema")
    _choice(body, names)


def _choice(body: wire.CountBody, names: Sequence[str]) -> None:
    choice = body.tool_choice
    thinks = body.thinking is not None and body.thinking.type != "disabled"
    if choice and choice.type in ("any", "tool") and thinks:
        text = "Thinking may not be enabled when tool_choice forces tool use."
        raise Refusal("unsupported", param="tool_choice", message=text)
    if choice and choice.type in ("any", "tool") and not names:
        raise Refusal("invalid", param="tool_choice", message="may only be specified while providing `tools`.")
    if choice and choice.type == "tool" and choice.name not in names:
        raise Refusal("invalid", param="tool_choice", message=f"Tool '{choice.name}' not found in provided tools")


def _limits(body: wire.Body, profile: Profile) -> None:
    longest = int(profile.longest_output.value)
    if body.max_tokens < 0:
        raise Refusal("range", param="max_tokens", message="Input should be greater than or equal to 0")
    if body.max_tokens > longest:
        text = f"{body.max_tokens} > {longest}, which is the maximum allowed number of output tokens for {body.model}"
        raise Refusal("range", param="max_tokens", message=text)
    if any(not stop.strip() for stop in body.stop_sequences or ()):
        raise Refusal("invalid", param="stop_sequences", message="each stop sequence must contain non-whitespace")


def _documents(messages: Sequence[wire.Message]) -> None:
    """platform.claude.com/docs/en/api/migration-2026-10-21: refused since that version."""
    for index, message in enumerate(messages):
        blocks = message.content if isinstance(message.content, list) else ()
        for number, block in enumerate(blocks):
            param = f"messages.{index}.content.{number}"
            if message.role == "assistant" and isinstance(block, wire.Document):
                raise Refusal("invalid", param=param, message="`document` blocks are not allowed in assistant messages")
            if message.role == "user" and isinstance(block, wire.Text) and block.citations:
                raise Refusal("invalid", param=f"{param}.citations", message="must be empty on user text blocks")
