"""From Messages content to turns: what each block says and how many tokens its images and documents are worth."""

import json
from collections.abc import Sequence

from novastack_simulators.dialects.anthropic import body as wire
from novastack_simulators.dialects.anthropic.media import image_tokens, page_tokens
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Role, Tool, Turn


def system(content: str | Sequence[wire.Text] | None) -> tuple[Turn, ...]:
    """The system prompt as one turn; none if it is empty."""
    if not content:
        return ()
    text = content if isinstance(content, str) else "\n".join(block.text for block in content)
    return (Turn(role="system", text=text),)


def turn(role: Role, content: str | Sequence[wire.Block], profile: Profile) -> Turn:
    """One turn; a user message that ends in tool results is a tool's turn, unless the user also says something after."""
    if isinstance(content, str):
        return Turn(role=role, text=content)
    text = "\n".join(said(block) for block in content)
    tokens = sum(worth(block, profile) for block in content)
    is_result = bool(content) and isinstance(content[-1], wire.ToolResult)
    results = tuple(said(block) for block in content if isinstance(block, wire.ToolResult))
    return Turn(role="tool" if is_result else role, text=text, tokens=tokens, results=results)


def tool(declared: wire.Tool) -> Tool:
    text = f"{declared.name} {declared.description or ''} {json.dumps(declared.input_schema, ensure_ascii=False)}"
    return Tool(name=declared.name, schema=declared.input_schema, text=text)


def said(block: wire.Block) -> str:
    """The text of a block."""
    if isinstance(block, wire.ToolResult):
        inner = block.content or ""
        return inner if isinstance(inner, str) else "\n".join(said(part) for part in inner)
    if isinstance(block, wire.ToolUse):
        return block.name + json.dumps(block.input, ensure_ascii=False)
    if isinstance(block, wire.Document):
        return "\n".join(part for part in (block.title, block.context, _document(block.source)) if part)
    return getattr(block, "text", "") or getattr(block, "thinking", "")


def _document(source: wire.DocumentSource) -> str:
    if isinstance(source, wire.PlainText):
        return source.data
    if isinstance(source, wire.Content):
        return source.content if isinstance(source.content, str) else "\n".join(said(part) for part in source.content)
    return ""


def worth(block: wire.Block, profile: Profile) -> int:
    """The tokens of what a block holds besides text."""
    if isinstance(block, wire.Image):
        return image_tokens(block.source, profile)
    if isinstance(block, wire.Document):
        return _document_worth(block.source, profile)
    if isinstance(block, wire.ToolResult) and isinstance(block.content, list):
        return sum(worth(part, profile) for part in block.content)
    return 0


def _document_worth(source: wire.DocumentSource, profile: Profile) -> int:
    if isinstance(source, wire.PlainText):
        return 0
    if isinstance(source, wire.Content):
        return 0 if isinstance(source.content, str) else sum(worth(part, profile) for part in source.content)
    return page_tokens(source, profile)
