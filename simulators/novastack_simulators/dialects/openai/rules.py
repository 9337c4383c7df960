"""What an OpenAI-like provider checks once the types are right: ranges, roles, the order of messages, tools."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from novastack_simulators.dialects.openai.body import ChatBody, Message
from novastack_simulators.dialects.reading import check_schema
from novastack_simulators.profile import Profile
from novastack_simulators.refusal import Refusal


class Range(NamedTuple):
    """The lowest and highest value; `above` means that the lowest itself is not allowed."""

    low: float
    high: float
    above: bool = False

    def holds(self, number: float) -> bool:
        return self.low <= number <= self.high and not (self.above and number == self.low)

    def __str__(self) -> str:
        return f"{'(' if self.above else '['}{self.low:g}, {self.high:.15g}]"


RANGES: Final[Mapping[str, Range]] = {
    "temperature": Range(0, 2),
    "top_p": Range(0, 1, above=True),
    "presence_penalty": Range(-2, 2),
    "frequency_penalty": Range(-2, 2),
    "n": Range(1, 128),
    "top_logprobs": Range(0, 20),
}
EFFORTS: Final[Mapping[str, float]] = {
    "none": 0, "minimal": 0.4, "low": 0.6, "medium": 1.0, "high": 1.0, "xhigh": 1.6, "max": 2.0,
}  # fmt: skip
MODES: Final = ("none", "auto", "required")
FORMATS: Final = ("text", "json_object", "json_schema")
PARTS: Final = ("text", "image_url")


class Limits(NamedTuple):
    """Where providers differ: roles, ranges, how many tools and stop sequences they take, and whether logprobs."""

    roles: tuple[str, ...] = ("system", "user", "assistant", "tool")
    ranges: Mapping[str, Range] = RANGES
    tools: int = 128
    stops: int = 4
    logprobs: bool = False


def check(body: ChatBody, limits: Limits, profile: Profile) -> None:
    """Raises Refusal for the first thing that is wrong, in the order of the body's reference page."""
    if body.model not in profile.models:
        raise Refusal("model", model=body.model)
    _messages(body.messages, limits, profile)
    ranges = {**limits.ranges, "max_tokens": Range(1, profile.longest_output.value)}
    ranges["max_completion_tokens"] = ranges["max_tokens"]
    for name, allowed in ranges.items():
        number = getattr(body, name)
        if number is not None and not allowed.holds(number):
            raise Refusal("range", param=name, allowed=allowed, value=number)
    for rule in (_stop, _logprobs, _tools, _choice, _format, _effort, _stream):
        rule(body, limits)


def _messages(messages: Sequence[Message], limits: Limits, profile: Profile) -> None:
    if not messages:
        raise Refusal("invalid", param="messages", message="'messages' must hold at least one message")
    for index, message in enumerate(messages):
        if message.role not in limits.roles:
            raise Refusal("role", index=index, role=message.role, roles=", ".join(f"`{role}`" for role in limits.roles))
        _content(message, f"messages.{index}", profile)
    _answered(messages)


def _content(message: Message, param: str, profile: Profile) -> None:
    if message.content is None and not (
        message.role == "assistant" and (message.tool_calls or message.reasoning_content)
    ):
        raise Refusal("missing", param=f"{param}.content", message="required")
    for index, part in enumerate(message.content if isinstance(message.content, list) else ()):
        if part.type not in PARTS[: 2 if profile.quirks.images else 1]:
            text = f"this model takes no content part of type '{part.type}'"
            raise Refusal("invalid", param=f"{param}.content.{index}.type", message=text)
        if getattr(part, part.type) is None:
            raise Refusal("missing", param=f"{param}.content.{index}.{part.type}", message="required")


def _answered(messages: Sequence[Message]) -> None:
    """Each tool message answers a call of the assistant message before it, and each call is answered."""
    open_calls: set[str] = set()
    for index, message in enumerate(messages):
        if message.role == "tool":
            if message.tool_call_id not in open_calls:
                text = "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
                raise Refusal("invalid", param=f"messages.{index}", message=text)
            open_calls.discard(message.tool_call_id)
            continue
        _none_open(open_calls)
        open_calls = {call.id for call in message.tool_calls or ()} if message.role == "assistant" else set()
    _none_open(open_calls)


def _none_open(calls: set[str]) -> None:
    if calls:
        text = (
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. (insufficient tool messages following tool_calls message: {', '.join(sorted(calls))})"
        )
        raise Refusal("invalid", param="messages", message=text)


def _stop(body: ChatBody, limits: Limits) -> None:
    if isinstance(body.stop, list) and len(body.stop) > limits.stops:
        raise Refusal("invalid", param="stop", message=f"'stop' takes at most {limits.stops} sequences")


def _logprobs(body: ChatBody, limits: Limits) -> None:
    if limits.logprobs and body.top_logprobs is not None and not body.logprobs:
        text = "'top_logprobs' is only allowed when 'logprobs' is true"
        raise Refusal("invalid", param="top_logprobs", message=text)
    if not limits.logprobs and (body.logprobs or body.top_logprobs is not None):
        name = "logprobs" if body.logprobs else "top_logprobs"
        raise Refusal("unsupported", param=name, message=f"'{name}' is not supported by this model")


def _tools(body: ChatBody, limits: Limits) -> None:
    if body.tools is not None and not 1 <= len(body.tools) <= limits.tools:
        raise Refusal("invalid", param="tools", message=f"'tools' takes 1 to {limits.tools} tools")
    for index, tool in enumerate(body.tools or ()):
        if tool.type != "function":
            raise Refusal("invalid", param=f"tools.{index}.type", message="only 'function' is a known tool type")
        check_schema(tool.function.parameters or {"type": "object"}, f"tools.{index}.function.parameters")


def _choice(body: ChatBody, _limits: Limits) -> None:
    choice = body.tool_choice
    names = [tool.function.name for tool in body.tools or ()]
    if isinstance(choice, str) and choice not in MODES:
        raise Refusal("invalid", param="tool_choice", message=f"'{choice}' is not one of {', '.join(MODES)}")
    if choice is not None and choice not in ("none", "auto") and not names:
        raise Refusal("invalid", param="tool_choice", message="'tool_choice' is only allowed when 'tools' are given")
    if choice is not None and not isinstance(choice, str) and choice.function.name not in names:
        raise Refusal("invalid", param="tool_choice", message=f"Tool '{choice.function.name}' is not in 'tools'")


def _format(body: ChatBody, _limits: Limits) -> None:
    shape = body.response_format
    if shape is None:
        return
    if shape.type not in FORMATS:
        raise Refusal("invalid", param="response_format.type", message=f"must be one of {', '.join(FORMATS)}")
    if shape.type == "json_schema":
        if shape.json_schema is None or shape.json_schema.schema is None:
            raise Refusal("missing", param="response_format.json_schema.schema", message="required")
        check_schema(shape.json_schema.schema, "response_format.json_schema.schema")


def _effort(body: ChatBody, _limits: Limits) -> None:
    if body.reasoning_effort is not None and body.reasoning_effort not in EFFORTS:
        raise Refusal("invalid", param="reasoning_effort", message=f"must be one of {', '.join(EFFORTS)}")


def _stream(body: ChatBody, _limits: Limits) -> None:
    if body.stream_options is not None and not body.stream:
        raise Refusal(
            "invalid", param="stream_options", message="'stream_options' is only allowed when 'stream' is true"
        )


def image_parts(messages: Sequence[Message]) -> Iterator[int]:
    """How many images and files each message carries."""
    for message in messages:
        parts = message.content if isinstance(message.content, list) else []
        yield sum(part.type in ("image_url", "file") for part in parts)
