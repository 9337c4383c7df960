"""From a chat body to the neutral request, at the usual paths and under /beta.

api-docs.deepseek.com: thinking_mode, json_mode, chat_prefix_completion, error_codes (October 2026); recorded texts.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from novastack_simulators.dialects.deepseek.body import Body
from novastack_simulators.dialects.dialect import Fields
from novastack_simulators.dialects.openai.body import Message
from novastack_simulators.dialects.openai.decode import Reader, placed
from novastack_simulators.dialects.openai.rules import Limits
from novastack_simulators.dialects.reading import parsed
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt
from novastack_simulators.refusal import Refusal

# thinking_mode, "the mapping between the effort set by the user and the actual reasoning effort".
EFFORTS: Final[Mapping[str, str]] = {
    "minimal": "low", "low": "low", "medium": "high", "high": "high", "xhigh": "max", "max": "max",
}  # fmt: skip
# thinking_mode: in thinking mode they "will not trigger an error but will also have no effect".
WITHOUT_EFFECT: Final = ("temperature", "top_p", "presence_penalty", "frequency_penalty")


def _thinks(body: Body, profile: Profile) -> bool:
    return profile.quirks.thinking_by_default if body.thinking is None else body.thinking.type == "enabled"


def read(data: bytes, fields: Fields, profile: Profile) -> Prompt:
    """A chat at the usual paths. Raises Refusal."""
    return _read(data, fields, profile, _no_prefix)


def read_beta(data: bytes, fields: Fields, profile: Profile) -> Prompt:
    """A chat under /beta, where the last message may be the assistant's with `prefix`. Raises Refusal."""
    return _read(data, fields, profile, _prefix)


def _read(data: bytes, fields: Fields, profile: Profile, begun: Callable[[str, Any], None]) -> Prompt:
    raw = parsed(data)
    same = msgspec.json.encode(_effective(raw, profile)) if _changes(raw) else data
    try:
        found = READER.read(same, fields, profile)
    except Refusal as refusal:  # a column is one of the body that arrived
        raise Refusal(refusal.kind, **placed(refusal.details, data)) from None
    begun(found.model, raw["messages"][-1])
    if profile.quirks.unsafe and any(profile.quirks.unsafe in turn.text for turn in found.turns):
        raise Refusal("invalid", message="Content Exists Risk")
    return found


def _changes(raw: Mapping[str, Any]) -> bool:
    return any(raw.get(name) is not None for name in (*WITHOUT_EFFECT, "reasoning_effort"))


def _effective(raw: dict[str, Any], profile: Profile) -> dict[str, Any]:
    """The body as the model takes it: the effort mapped, and no sampling where the model thinks."""
    effort, switch = raw.get("reasoning_effort"), raw.get("thinking")
    mapped = EFFORTS.get(effort, effort) if isinstance(effort, str) else effort
    on = profile.quirks.thinking_by_default if switch is None else switch == {"type": "enabled"}
    dropped = WITHOUT_EFFECT if on and not _out_of_range(raw) else ()
    return {**{name: part for name, part in raw.items() if name not in dropped}, "reasoning_effort": mapped}


def _out_of_range(raw: Mapping[str, Any]) -> bool:
    """Whether one of them is no number in its range: that is refused, in thinking mode too."""
    for name in WITHOUT_EFFECT:
        number, allowed = raw.get(name), LIMITS.ranges[name]
        if number is not None and not (type(number) in (int, float) and allowed.holds(number)):
            return True
    return False


def _no_prefix(model: str, last: Mapping[str, Any]) -> None:
    """Recorded texts of 2025 and 2026."""
    if last.get("prefix"):
        text = 'prefix is only available when using beta api (set base_url="https://api.deepseek.com/beta")'
        raise Refusal("invalid", message=text)
    _prefix(model, last)


def _prefix(model: str, last: Mapping[str, Any]) -> None:
    if last.get("prefix") not in (None, False, True):
        raise Refusal("type", param="messages.prefix", message="Expected `bool`")
    if last.get("role") == "assistant" and not last.get("prefix"):
        text = (
            f"The last message of {model} must be a user message, or an assistant message with prefix mode on "
            "(refer to https://api-docs.deepseek.com/guides/chat_prefix_completion)."
        )
        raise Refusal("invalid", message=text)


def _checks(body: Body, profile: Profile) -> None:
    if body.reasoning_effort == "none":
        expected = ", ".join(f"`{name}`" for name in EFFORTS)
        text = f"unknown variant `none`, expected one of {expected}"
        raise Refusal("type", param="reasoning_effort", message=text)
    if _thinks(body, profile) and any(_forgetful(message) for message in _current(body.messages)):
        text = "The `reasoning_content` in the thinking mode must be passed back to the API."
        raise Refusal("invalid", message=text)
    _shape(body, profile)


def _shape(body: Body, profile: Profile) -> None:
    """Recorded texts; whether json_schema is taken differs between sources, so it is a quirk."""
    kind = body.response_format.type if body.response_format else "text"
    if kind == "json_schema" and not profile.quirks.json_schema:
        raise Refusal("invalid", message="This response_format type is unavailable now")
    if kind == "json_object" and not any("json" in _said(message).lower() for message in body.messages):
        text = "Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'."
        raise Refusal("invalid", message=text)


def _said(message: Message) -> str:
    content = message.content
    return content or "" if not isinstance(content, list) else " ".join(part.text or "" for part in content)


def _current(messages: Sequence[Message]) -> Sequence[Message]:
    """The messages since the user last spoke: the turn in which reasoning has to be kept."""
    spoke = max((index for index, message in enumerate(messages) if message.role == "user"), default=-1)
    return messages[spoke + 1 :]


def _forgetful(message: Message) -> bool:
    return bool(message.tool_calls) and message.reasoning_content is None


# The role latest_reminder is named in DeepSeek's own error text; what it does is not documented.
LIMITS: Final = Limits(roles=("system", "user", "assistant", "tool", "latest_reminder"), tools=128, stops=16)
READER: Final = Reader(body=Body, limits=LIMITS, checks=_checks, thinks=_thinks)
