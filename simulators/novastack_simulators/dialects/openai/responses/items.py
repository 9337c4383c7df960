"""The response object and the items of its output."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from novastack_simulators.dialects.dialect import Letter
from novastack_simulators.dialects.identifiers import letters
from novastack_simulators.dialects.openai.reply import TIERS
from novastack_simulators.dialects.openai.responses.body import Body, Tool
from novastack_simulators.dialects.openai.schemas import is_strict
from novastack_simulators.dialects.openai.scores import logprobs
from novastack_simulators.generation import Choice, stamp

# openapi.yaml, Response.incomplete_details.
REASONS: Final = ("max_output_tokens", "content_filter")
# What stands in the reply as it was sent, if it was sent at all.
REPEATED: Final = ("user", "safety_identifier", "prompt_cache_key")


class Item(NamedTuple):
    """One item of the output: its place, its id, what it is, and its tokens."""

    place: int
    id: str
    kind: str
    tokens: tuple[str, ...]
    status: str
    name: str = ""
    call_id: str = ""

    @property
    def text(self) -> str:
        return "".join(self.tokens)


def identity(letter: Letter, prefix: str, *parts: str | int) -> str:
    """`resp_`, `msg_`, `rs_`, `fc_` and 48 hexadecimal digits, as recorded."""
    return prefix + stamp("response", letter.stamp, prefix, *parts).hex()[:48]


def items(letter: Letter) -> Iterator[Item]:
    """What the output holds, in order. Only the last item can be cut short by the limit."""
    found = list(_items(letter, letter.generation.choices[0]))
    cut = _incomplete(letter) is not None
    for place, item in enumerate(found):
        last = cut and place == len(found) - 1
        yield item._replace(place=place, status="incomplete" if last else "completed")


def _items(letter: Letter, choice: Choice) -> Iterator[Item]:
    if letter.prompt.thinking.on:
        yield Item(0, identity(letter, "rs_"), "reasoning", choice.reasoning, "")
    if choice.text or not (choice.calls or choice.finish == "length"):
        yield Item(0, identity(letter, "msg_"), "refusal" if choice.refused else "message", choice.text, "")
    for number, call in enumerate(choice.calls):
        call_id = "call_" + letters(letter.stamp, 24, number)
        yield Item(0, identity(letter, "fc_", number), "function_call", call.arguments, "", call.name, call_id)


def written(letter: Letter, item: Item) -> dict[str, Any]:
    """An item as it stands in the output when it is done."""
    return WRITERS[item.kind](letter, item)


def _reasoning(letter: Letter, item: Item) -> dict[str, Any]:
    body: Body = letter.prompt.wire
    summary = [{"type": "summary_text", "text": item.text}] if body.summarised and item.tokens else []
    sealed = {"encrypted_content": "gAAAAA" + letters(letter.stamp, 250, "sealed")}
    kept = sealed if "reasoning.encrypted_content" in (body.include or ()) else {}
    return {"id": item.id, "type": "reasoning", "summary": summary, **kept}


def _message(letter: Letter, item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "type": "message",
        "status": item.status,
        "content": [part(letter, item)],
        "role": "assistant",
    }


def part(letter: Letter, item: Item) -> dict[str, Any]:
    """The one part of a message: its text, or its refusal."""
    if item.kind == "refusal":
        return {"type": "refusal", "refusal": item.text}
    scores = logprobs(letter, 0, item.tokens)
    return {
        "type": "output_text",
        "annotations": [],
        "logprobs": scores["content"] if scores else [],
        "text": item.text,
    }


def _call(_letter: Letter, item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "type": "function_call",
        "status": item.status,
        "arguments": item.text,
        "call_id": item.call_id,
        "name": item.name,
    }


WRITERS: Final[Mapping[str, Callable[[Letter, Item], dict[str, Any]]]] = {
    "reasoning": _reasoning,
    "message": _message,
    "refusal": _message,
    "function_call": _call,
}


def _incomplete(letter: Letter) -> str | None:
    """Why the response is incomplete; of other reasons to finish this API has no word, so they complete it."""
    choice = letter.generation.choices[0]
    if choice.reason is not None:
        return choice.reason if choice.reason in REASONS else None
    return "max_output_tokens" if choice.finish == "length" else None


def plain(letter: Letter) -> bytes:
    return msgspec.json.encode(finished(letter))


def finished(letter: Letter) -> dict[str, Any]:
    """The response when all is said; cut short by the limit it is incomplete."""
    output = [written(letter, item) for item in items(letter)]
    reason = _incomplete(letter)
    return {
        **response(letter, "incomplete" if reason else "completed"),
        "incomplete_details": {"reason": reason} if reason else None,
        "output": output,
        "usage": _usage(letter),
    }


def response(letter: Letter, status: str) -> dict[str, Any]:
    """The response before anything is said; it repeats what was asked for, with the defaults filled in."""
    body: Body = letter.prompt.wire
    tier = body.service_tier
    return {
        "id": identity(letter, "resp_"),
        "object": "response",
        "created_at": letter.created,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": body.instructions,
        "max_output_tokens": body.max_output_tokens,
        "max_tool_calls": None,
        "model": body.model,
        "output": [],
        "parallel_tool_calls": body.parallel_tool_calls is not False,
        "previous_response_id": None,
        "reasoning": _thought(body),
        "service_tier": TIERS.get(tier, tier),
        "store": body.store is not False,
        "temperature": 1.0 if body.temperature is None else body.temperature,
        "text": _shape(body),
        "tool_choice": body.tool_choice or "auto",
        "tools": [_tool(tool) for tool in body.tools or ()],
        "top_logprobs": body.top_logprobs or 0,
        "top_p": 1.0 if body.top_p is None else body.top_p,
        "truncation": body.truncation or "disabled",
        **{name: value for name in REPEATED if (value := getattr(body, name)) is not None},
        "metadata": body.metadata or {},
    }


def _thought(body: Body) -> dict[str, Any]:
    asked = body.reasoning
    return {"effort": asked.effort if asked else None, "summary": asked.summary if asked else None}


def _shape(body: Body) -> dict[str, Any]:
    given = {key: value for key, value in msgspec.structs.asdict(body.format).items() if value is not None}
    verbosity = body.text.verbosity if body.text else None
    return {"format": given, "verbosity": verbosity or "medium"}


def _tool(tool: Tool) -> dict[str, Any]:
    """Guide to function calling: unless given, a function is strict if its schema can be."""
    return {
        "type": "function",
        "description": tool.description,
        "name": tool.name,
        "parameters": tool.parameters,
        "strict": is_strict(tool.parameters) if tool.strict is None else tool.strict,
    }


def _usage(letter: Letter) -> dict[str, Any]:
    prompt, completion = letter.generation.prompt_tokens, letter.generation.completion_tokens
    return {
        "input_tokens": prompt,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": completion,
        "output_tokens_details": {"reasoning_tokens": letter.generation.reasoning_tokens},
        "total_tokens": prompt + completion,
    }
