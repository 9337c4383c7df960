"""From an OpenAI-like body to the neutral request."""

import json
from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple

import msgspec

from novastack_simulators.dialects.dialect import Fields
from novastack_simulators.dialects.openai import body as wire
from novastack_simulators.dialects.openai.rules import EFFORTS, Limits, check, image_parts
from novastack_simulators.dialects.reading import parsed, typed
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Choosing, Prompt, Role, Thinking, Tool, Turn, digest
from novastack_simulators.refusal import Refusal

# What decides the words of an answer. Not among them: stream (a streamed answer says the same), the limits,
# and whom the request is for (user, metadata).
CONTENT: Final = (
    "model", "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "seed", "n",
    "temperature", "top_p", "presence_penalty", "frequency_penalty", "reasoning_effort", "thinking",
    "enable_thinking", "thinking_budget", "logit_bias", "verbosity",
)  # fmt: skip
LIMITS: Final = ("max_tokens", "max_completion_tokens", "stop")
ROLES: Final[dict[str, Role]] = {"developer": "system", "latest_reminder": "system"}


class Reader(NamedTuple):
    """How one OpenAI-like provider reads a body: its struct, limits, own checks, and whether it thinks first."""

    body: type[wire.ChatBody]
    limits: Limits
    checks: Callable[[Any, Profile], None]
    thinks: Callable[[Any, Profile], bool]

    def read(self, data: bytes, _fields: Fields, profile: Profile) -> Prompt:
        """The neutral request. Raises Refusal."""
        raw = parsed(data)
        found = typed(raw, self.body)
        try:
            check(found, self.limits, profile)
        except Refusal as refusal:
            raise Refusal(refusal.kind, **placed(refusal.details, data)) from None
        self.checks(found, profile)
        return prompt(found, raw, thinks=self.thinks(found, profile))


def placed(details: dict[str, Any], data: bytes) -> dict[str, Any]:
    """Adds the column that ends the offending role, as serde reports it."""
    quoted = json.dumps(details["role"], ensure_ascii=False).encode() if "role" in details else b""
    return {**details, "column": data.find(quoted) + len(quoted)}


def prompt(body: wire.ChatBody, raw: dict[str, Any], *, thinks: bool) -> Prompt:
    """The neutral request of a body that has been checked; `raw` is what it was read from."""
    return Prompt(
        model=body.model,
        turns=tuple(
            _turn(message, images) for message, images in zip(body.messages, image_parts(body.messages), strict=True)
        ),
        content=digest(raw, *CONTENT),
        fingerprint=digest(raw, *CONTENT, *LIMITS),
        tools=tuple(_tool(tool) for tool in body.tools or ()),
        choosing=_choosing(body),
        thinking=Thinking(on=thinks, effort=EFFORTS[body.reasoning_effort or "high"]),
        limit=body.max_completion_tokens if body.max_completion_tokens is not None else body.max_tokens,
        stop=stops(body.stop),
        n=body.n or 1,
        shape=_shape(body.response_format),
        stream=bool(body.stream),
        include_usage=bool(body.stream_options and body.stream_options.include_usage),
        logprobs=(body.top_logprobs or 0) if body.logprobs else None,
        wire=body,
    )


def stops(asked: str | list[str] | None) -> tuple[str, ...]:
    """The stop sequences of a field that takes one or several."""
    return (asked,) if isinstance(asked, str) else tuple(asked or ())


def _turn(message: wire.Message, images: int) -> Turn:
    parts = message.content if isinstance(message.content, list) else []
    text = (
        message.content
        if isinstance(message.content, str)
        else "\n".join(told for part in parts if (told := part.text or part.refusal))
    )
    calls = "".join(call.function.name + call.function.arguments for call in message.tool_calls or ())
    role: Any = ROLES.get(message.role, message.role)
    return Turn(role=role, text=text + (message.reasoning_content or "") + calls, images=images)


def _tool(tool: wire.Tool) -> Tool:
    schema = tool.function.parameters or {"type": "object", "properties": {}}
    text = f"{tool.function.name} {tool.function.description or ''} {json.dumps(schema, ensure_ascii=False)}"
    return Tool(name=tool.function.name, schema=schema, text=text)


def _choosing(body: wire.ChatBody) -> Choosing:
    parallel = body.parallel_tool_calls is not False
    if isinstance(body.tool_choice, wire.NamedChoice):
        return Choosing(mode="named", name=body.tool_choice.function.name, parallel=parallel)
    mode = msgspec.convert(body.tool_choice or "auto", Literal["auto", "none", "required"])
    return Choosing(mode=mode, parallel=parallel)


def allowing(choice: wire.AllowedChoice, *, parallel: bool) -> Choosing:
    """A choice among the tools that the caller lists."""
    names = tuple(tool.function.name for tool in choice.allowed_tools.tools)
    return Choosing(mode=choice.allowed_tools.mode, allowed=names, parallel=parallel)


def _shape(shape: wire.ResponseFormat | None) -> Any:
    if shape is None or shape.type == "text":
        return None
    return shape.json_schema.schema if shape.json_schema else True
