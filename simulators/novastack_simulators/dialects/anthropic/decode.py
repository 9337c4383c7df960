"""From a Messages body to the neutral request."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from novastack_simulators.dialects.anthropic import body as wire
from novastack_simulators.dialects.anthropic.rules import check, check_version
from novastack_simulators.dialects.anthropic.turns import system, tool, turn
from novastack_simulators.dialects.dialect import Fields
from novastack_simulators.dialects.reading import parsed, typed
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Choosing, Prompt, Thinking, digest

CONTENT: Final = ("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config")
LIMITS: Final = ("max_tokens", "stop_sequences")
EFFORTS: Final[Mapping[str, float]] = {"low": 0.6, "medium": 0.8, "high": 1.0, "xhigh": 1.6, "max": 2.0}
MODES: Final[Mapping[str, Literal["auto", "none", "required", "named"]]] = {
    "auto": "auto", "none": "none", "any": "required", "tool": "named",
}  # fmt: skip
# The documented test strings (extended thinking; streaming refusals) are these words and 64 hexadecimal digits.
# They are matched by form, so that the whole strings stand nowhere in this project.
MAGIC: Final = re.compile(r"ANTHROPIC_MAGIC_STRING_TRIGGER_(REFUSAL|REDACTED_THINKING)_[0-9A-F]{64}")


class Heard(NamedTuple):
    """The typed body, and what the documented test strings in the last user message ask for."""

    body: wire.CountBody
    refused: bool = False
    redacted: bool = False


def decode(data: bytes, fields: Fields, profile: Profile) -> Prompt:
    """A request to answer. Raises Refusal."""
    version = check_version(fields)
    raw = parsed(data)
    body = typed(raw, wire.Body)
    check(body, version, profile)
    return answering(body, prompt(body, raw, profile))


def answering(body: wire.Body, read: Prompt) -> Prompt:
    """The prompt with the limits that only messages has; a refusal says nothing."""
    heard = _heard(read)
    return msgspec.structs.replace(
        read,
        limit=0 if heard.refused else body.max_tokens,
        stop=tuple(body.stop_sequences or ()),
        stream=bool(body.stream),
        wire=heard,
    )


def _heard(read: Prompt) -> Heard:
    last = next((turn.text for turn in reversed(read.turns) if turn.role == "user"), "")
    found = {each[1] for each in MAGIC.finditer(last)} if "ANTHROPIC_MAGIC" in last else set()
    redacted = "REDACTED_THINKING" in found and read.thinking.on
    return read.wire._replace(refused="REFUSAL" in found, redacted=redacted)  # type: ignore[no-any-return] # ours


def count(data: bytes, fields: Fields, profile: Profile) -> Prompt:
    """A request whose tokens are to be counted. Raises Refusal."""
    version = check_version(fields)
    raw = parsed(data)
    body = typed(raw, wire.CountBody)
    check(body, version, profile)
    return prompt(body, raw, profile)


def prompt(body: wire.CountBody, raw: Mapping[str, Any], profile: Profile) -> Prompt:
    """The neutral request of a body that has been checked; `raw` is what it was read from."""
    config = body.output_config
    return Prompt(
        model=body.model,
        turns=(*system(body.system), *(turn(message.role, message.content, profile) for message in body.messages)),
        content=digest(unmarked(raw, CONTENT), *CONTENT),
        fingerprint=digest(raw, *CONTENT, *LIMITS),
        tools=tuple(tool(declared) for declared in body.tools or ()),
        choosing=_choosing(body.tool_choice),
        thinking=_thinking(body.thinking, config.effort if config else None),
        shape=config.format.schema if config and config.format else None,
        wire=Heard(body),
    )


def unmarked(raw: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The named fields without their breakpoints: these change what is counted, never what is said."""
    return {name: _without(raw[name]) for name in names if name in raw}


def _without(part: Any) -> Any:
    if isinstance(part, list):
        return [_without(each) for each in part]
    if isinstance(part, dict):
        return {name: _without(value) for name, value in part.items() if name != "cache_control"}
    return part


def _choosing(choice: wire.ToolChoice | None) -> Choosing:
    if choice is None:
        return Choosing()
    return Choosing(mode=MODES[choice.type], name=choice.name, parallel=not choice.disable_parallel_tool_use)


def _thinking(config: wire.ThinkingConfig | None, effort: str | None) -> Thinking:
    """No `thinking` means none; Opus 4.7 shows no thinking text unless asked for a summary (anthropics/skills)."""
    if config is None or config.type == "disabled":
        return Thinking()
    return Thinking(on=True, shown=config.display == "summarized", effort=EFFORTS[effort or "high"])
