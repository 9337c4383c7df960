"""From a response request to the neutral one."""

import json
from collections.abc import Sequence
from typing import Any, Final

from novastack_simulators.dialects.dialect import Fields
from novastack_simulators.dialects.openai.body import Declared
from novastack_simulators.dialects.openai.chat import (
    check_longest,
    check_names,
    check_says_json,
    check_stream_options,
    known,
    thinks,
)
from novastack_simulators.dialects.openai.checks import rejected
from novastack_simulators.dialects.openai.responses.body import Body, Item, Part
from novastack_simulators.dialects.openai.responses.fields import RESPONSE
from novastack_simulators.dialects.openai.rules import EFFORTS
from novastack_simulators.dialects.openai.schemas import check_format, check_parameters
from novastack_simulators.dialects.reading import parsed, typed
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Choosing, Prompt, Role, Thinking, Tool, Turn, digest

CONTENT: Final = (
    "model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning",
    "temperature", "top_p",
)  # fmt: skip
ROLES: Final[dict[str, Role]] = {
    "system": "system", "developer": "system", "user": "user", "assistant": "assistant",
}  # fmt: skip
# The role of each item that is not a message.
KINDS: Final[dict[str, Role]] = {
    "function_call": "assistant", "function_call_output": "tool", "reasoning": "assistant",
}  # fmt: skip
PICTURES: Final = ("input_image", "input_file")


def decode(data: bytes, _fields: Fields, profile: Profile) -> Prompt:
    """The neutral request. Raises Refusal."""
    raw = parsed(data)
    RESPONSE(raw, "")
    body = typed(raw, Body)
    known(body.model, profile)
    check_longest("max_output_tokens", body.max_output_tokens, profile)
    check_stream_options(body)
    _answered(body)
    _tools(body)
    _format(body, raw)
    effort = body.reasoning.effort if body.reasoning else None
    scores = "message.output_text.logprobs" in (body.include or ())
    return Prompt(
        model=body.model,
        turns=_turns(body),
        content=digest(raw, *CONTENT),
        fingerprint=digest(raw, *CONTENT, "max_output_tokens", "top_logprobs", "include"),
        tools=tuple(_tool(tool) for tool in body.tools or ()),
        choosing=_choosing(body),
        thinking=Thinking(on=thinks(effort, profile), shown=body.summarised, effort=EFFORTS[effort or "high"]),
        limit=body.max_output_tokens,
        shape=body.format.schema if body.format.type == "json_schema" else (body.format.type == "json_object") or None,
        stream=bool(body.stream),
        logprobs=(body.top_logprobs or 0) if scores else None,
        wire=body,
    )


def _turns(body: Body) -> tuple[Turn, ...]:
    told = [Turn(role="system", text=body.instructions)] if body.instructions else []
    if isinstance(body.input, str):
        return (*told, Turn(role="user", text=body.input))
    return (*told, *(_turn(item) for item in body.input))


def _turn(item: Item) -> Turn:
    parts: Sequence[Part] = [
        part for held in (item.content, item.output, item.summary) if isinstance(held, list) for part in held
    ]
    texts = [held for held in (item.content, item.output, item.name, item.arguments) if isinstance(held, str)]
    texts += [told for part in parts if (told := part.text or part.refusal)]
    role = KINDS[item.type] if item.type in KINDS else ROLES[item.role or "user"]
    return Turn(role=role, text="\n".join(texts), images=sum(part.type in PICTURES for part in parts))


def _tool(tool: Any) -> Tool:
    schema = tool.parameters or {"type": "object", "properties": {}}
    text = f"{tool.name} {tool.description or ''} {json.dumps(schema, ensure_ascii=False)}"
    return Tool(name=tool.name, schema=schema, text=text)


def _choosing(body: Body) -> Choosing:
    choice, parallel = body.tool_choice or "auto", body.parallel_tool_calls is not False
    if isinstance(choice, str):
        modes: Any = choice
        return Choosing(mode=modes, parallel=parallel)
    if choice["type"] == "function":
        return Choosing(mode="named", name=choice["name"], parallel=parallel)
    allowed = tuple(tool["name"] for tool in choice["tools"])
    return Choosing(mode=choice["mode"], allowed=allowed, parallel=parallel)


def _tools(body: Body) -> None:
    for index, tool in enumerate(body.tools or ()):
        # Functions are strict unless the caller says otherwise, but a schema that cannot be is then not held to it.
        declared = Declared(name=tool.name, parameters=tool.parameters, strict=tool.strict)
        check_parameters(declared, f"tools[{index}].parameters")
    choice, names = body.tool_choice, [tool.name for tool in body.tools or ()]
    if choice == "required" and not names:
        raise rejected("tool_choice", None, "Tool choice 'required' must be specified with 'tools' parameter.")
    if isinstance(choice, dict):
        check_names([tool["name"] for tool in choice.get("tools", [choice])], names)


def _format(body: Body, raw: dict[str, Any]) -> None:
    shape = body.format
    if shape.type == "json_object":
        check_says_json([raw["input"], raw.get("instructions")], "input", "'text.format' of type 'json_object'")
    if shape.type == "json_schema":
        name = f"response_format '{shape.name}'"
        check_format(shape.schema, name, "text.format.schema", strict=bool(shape.strict))


def _answered(body: Body) -> None:
    """Each output answers a call that was made before it, and each call is answered somewhere."""
    items = body.input if isinstance(body.input, list) else []
    called: list[str | None] = []
    for item in items:
        if item.type == "function_call":
            called.append(item.call_id)
        elif item.type == "function_call_output" and item.call_id not in called:
            text = f"No tool call found for function call output with call_id {item.call_id}."
            raise rejected("input", None, text)
    answered = {item.call_id for item in items if item.type == "function_call_output"}
    for identity in called:
        if identity not in answered:
            raise rejected("input", None, f"No tool output found for function call {identity}.")
