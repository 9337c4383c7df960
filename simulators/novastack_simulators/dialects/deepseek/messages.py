"""The alias /anthropic/v1/messages: Anthropic's wire in front of DeepSeek's model.

api-docs.deepseek.com/guides/anthropic_api (2026): claude-opus* is deepseek-v4-pro, any other claude* is
deepseek-flash, other unknown names are a 400; versions, betas and many fields are ignored; images are not taken.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from novastack_simulators.dialects.anthropic import body as wire
from novastack_simulators.dialects.anthropic.decode import EFFORTS, Heard, prompt, unmarked
from novastack_simulators.dialects.anthropic.rules import check_order, check_tools
from novastack_simulators.dialects.dialect import Fields
from novastack_simulators.dialects.openai.rules import RANGES
from novastack_simulators.dialects.reading import parsed, typed
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt, Thinking
from novastack_simulators.refusal import Refusal

FLASH: Final = "deepseek-flash"
# The table of simple fields: these are supported, all others are ignored.
SUPPORTED: Final = (
    "model", "max_tokens", "messages", "system", "tools", "tool_choice", "thinking", "output_config",
    "stop_sequences", "stream", "temperature", "top_p", "metadata",
)  # fmt: skip
MAPPED: Final[Mapping[str, str]] = {"low": "low", "medium": "high", "high": "high", "xhigh": "max", "max": "max"}


def decode(data: bytes, _fields: Fields, profile: Profile) -> Prompt:
    """A request to answer. Raises Refusal."""
    raw = _supported(parsed(data))
    body = typed({**raw, "model": _model(raw.get("model"), profile)}, wire.Body)
    _check(body, profile)
    found = prompt(body, {**raw, "model": body.model}, profile)
    return msgspec.structs.replace(
        found,
        thinking=_thinking(body, profile),
        limit=body.max_tokens,
        stop=tuple(body.stop_sequences or ()),
        stream=bool(body.stream),
        wire=Heard(body),
    )


def _supported(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The body without what is ignored, cache_control among it."""
    kept = unmarked(raw, SUPPORTED)
    if isinstance(metadata := kept.get("metadata"), dict):
        kept["metadata"] = {name: part for name, part in metadata.items() if name == "user_id"}
    return kept


def _model(name: Any, profile: Profile) -> Any:
    if not isinstance(name, str) or name in profile.models:
        return name
    if not name.startswith("claude"):
        raise Refusal("model", model=name)
    return profile.models[0] if name.startswith("claude-opus") else FLASH


def _check(body: wire.Body, profile: Profile) -> None:
    check_order(body.messages)
    check_tools(body)
    for name in ("temperature", "top_p"):
        number = getattr(body, name)
        if number is not None and not RANGES[name].holds(number):
            raise Refusal("range", param=name, message=f"Input should be in {RANGES[name]}")
    if not 1 <= body.max_tokens <= profile.longest_output.value:
        raise Refusal("range", param="max_tokens", message=f"Input should be in [1, {profile.longest_output.value:g}]")
    for index, message in enumerate(body.messages):
        for number, block in enumerate(message.content if isinstance(message.content, list) else ()):
            if isinstance(block, wire.Image | wire.Document):
                kind = type(block).__struct_config__.tag
                text = f"`{kind}` blocks are not supported by {body.model}"
                raise Refusal("invalid", param=f"messages.{index}.content.{number}", message=text)


def _thinking(body: wire.Body, profile: Profile) -> Thinking:
    """On unless switched off; always shown; any budget is ignored."""
    config, output = body.thinking, body.output_config
    on = profile.quirks.thinking_by_default if config is None else config.type != "disabled"
    effort = MAPPED[output.effort] if output and output.effort else "high"
    return Thinking(on=on, effort=EFFORTS[effort])
