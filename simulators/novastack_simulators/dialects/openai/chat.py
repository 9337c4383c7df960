"""OpenAI's own POST /v1/chat/completions: what it refuses, and how it reads what it accepts.

API reference and recorded refusals; first the fields one by one, then the model, then the rules between fields.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from novastack_simulators.dialects.dialect import Fields
from novastack_simulators.dialects.openai import fields
from novastack_simulators.dialects.openai.body import AllowedChoice, ChatBody, Message, StreamOptions
from novastack_simulators.dialects.openai.checks import rejected
from novastack_simulators.dialects.openai.decode import allowing, prompt
from novastack_simulators.dialects.openai.schemas import check_format, check_parameters
from novastack_simulators.dialects.reading import parsed, typed
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt
from novastack_simulators.refusal import Refusal


class Options(StreamOptions, frozen=True):
    """What a stream carries besides the answer; padding hides how long each token is."""

    include_obfuscation: bool | None = None


class Body(ChatBody, frozen=True, kw_only=True):
    """What OpenAI has beyond what all that are like it have, as far as the reply says it again."""

    stream_options: Options | None = None
    service_tier: str | None = None


def decode(data: bytes, _fields: Fields, profile: Profile) -> Prompt:
    """The neutral request. Raises Refusal."""
    raw = parsed(data)
    fields.CHAT(raw, "")
    chosen = raw.get("tool_choice")
    listing = typed(chosen, AllowedChoice) if isinstance(chosen, dict) and "allowed_tools" in chosen else None
    body = typed({**raw, "tool_choice": None} if listing else raw, Body)
    known(body.model, profile)
    for rule in RULES:
        rule(body, raw, profile)
    found = prompt(body, raw, thinks=thinks(body.reasoning_effort, profile))
    choosing = allowing(listing, parallel=found.choosing.parallel) if listing else found.choosing
    return msgspec.structs.replace(found, choosing=choosing)


def known(model: str, profile: Profile) -> None:
    if model not in profile.models:
        raise Refusal("model", model=model)


def thinks(effort: str | None, profile: Profile) -> bool:
    """An effort switches the (hidden) reasoning on, `none` off."""
    return profile.quirks.thinking_by_default if effort is None else effort != "none"


def _limits(body: Body, _raw: Mapping[str, Any], profile: Profile) -> None:
    if body.max_tokens is not None and body.max_completion_tokens is not None:
        text = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        raise rejected("max_tokens", "invalid_parameter_combination", text)
    for name in ("max_tokens", "max_completion_tokens"):
        # Beyond the whole context it is the context that is exceeded, which is known once the prompt is counted.
        check_longest(name, getattr(body, name), profile)


def check_longest(name: str, asked: int | None, profile: Profile) -> None:
    """Refuses a limit above the longest answer; one above the context is refused once the prompt is counted."""
    longest = int(profile.longest_output.value)
    if asked is not None and longest < asked <= profile.context.value:
        text = f"{name} is too large: {asked}. This model supports at most {longest} completion tokens, whereas you provided {asked}."
        raise rejected(name, "invalid_value", text)


def _between(body: Body, raw: Mapping[str, Any], _profile: Profile) -> None:
    if body.top_logprobs is not None and not body.logprobs:
        text = "Invalid value for 'top_logprobs': 'top_logprobs' is only allowed when 'logprobs' is enabled."
        raise rejected("top_logprobs", None, text)
    check_stream_options(body)
    for name in ("parallel_tool_calls", "tool_choice"):
        if raw.get(name) is not None and not body.tools:
            text = f"Invalid value for '{name}': '{name}' is only allowed when 'tools' are specified."
            raise rejected(name, None, text)


def check_stream_options(body: Any) -> None:
    if body.stream_options is not None and not body.stream:
        text = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise rejected("stream_options", None, text)


def _tools(body: Body, raw: Mapping[str, Any], _profile: Profile) -> None:
    for index, tool in enumerate(body.tools or ()):
        check_parameters(tool.function, f"tools[{index}].function.parameters")
    chosen = raw.get("tool_choice")
    named = [each["function"]["name"] for each in _chosen(chosen)] if isinstance(chosen, dict) else []
    check_names(named, [tool.function.name for tool in body.tools or ()])


def check_names(chosen: Sequence[str], offered: Sequence[str]) -> None:
    """Refuses a tool choice that names a tool which was not offered."""
    for name in chosen:
        if name not in offered:
            raise rejected("tool_choice", "invalid_value", f"Tool choice '{name}' not found in 'tools' parameter.")


def _chosen(choice: Mapping[str, Any]) -> list[Any]:
    return choice["allowed_tools"]["tools"] if "allowed_tools" in choice else [choice]


def _format(body: Body, raw: Mapping[str, Any], _profile: Profile) -> None:
    shape = body.response_format
    if shape is None:
        return
    if shape.type == "json_object":
        check_says_json(raw["messages"], "messages", "'response_format' of type 'json_object'")
    if shape.json_schema is not None:
        name = f"response_format '{shape.json_schema.name}'"
        check_format(shape.json_schema.schema, name, "response_format", strict=bool(shape.json_schema.strict))


def check_says_json(said: Any, param: str, what: str) -> None:
    """OpenAI API reference, JSON mode: the model must be told, else it may write white space for ever."""
    if b"json" not in msgspec.json.encode(said).lower():
        raise rejected(param, None, f"'{param}' must contain the word 'json' in some form, to use {what}.")


def _answered(body: Body, _raw: Mapping[str, Any], _profile: Profile) -> None:
    """Each tool message answers a call of the assistant message before it, and each call is answered."""
    waiting: list[str] = []
    for index, message in enumerate(body.messages):
        if message.role == "tool":
            if message.tool_call_id not in waiting:
                text = "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
                raise rejected(f"messages.[{index}].role", None, text)
            waiting.remove(message.tool_call_id)
            continue
        _none_waits(waiting)
        waiting = [call.id for call in message.tool_calls or ()]
        _speaks(message, index)
    _none_waits(waiting)


def _none_waits(calls: Sequence[str]) -> None:
    if calls:
        text = (
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(calls)}"
        )
        raise rejected("messages", None, text)


def _speaks(message: Message, index: int) -> None:
    if message.role == "assistant" and message.content is None and not message.tool_calls:
        path = f"messages[{index}].content"
        text = f"Invalid type for '{path}': expected one of a string or array of objects, but got null instead."
        raise rejected(path, "invalid_type", text)


RULES: Final[Sequence[Callable[[Body, Mapping[str, Any], Profile], None]]] = (
    _limits,
    _between,
    _tools,
    _format,
    _answered,
)
