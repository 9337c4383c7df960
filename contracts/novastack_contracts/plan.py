"""The requests of a run: one table, name by name, so that rules share exchanges and a run stays below 35 requests.

Every chat request caps its tokens. Each invalid one is the sound `chat` with a single fault, so that its refusal can
only be about the fault. Pure: it says what to send, and never sends it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from novastack_contracts.exchange import Call, KeyKind
from novastack_contracts.target import Target

UNKNOWN_MODEL: Final = "novastack-no-such-model"
CHAT: Final = "chat/completions"
_CAP: Final = 256
_SHORT: Final = 5
_TOOLS: Final = (
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Get the current weather of a city",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request of the plan: changes to the sound chat (None removes a key), or a body of its own."""

    changes: Mapping[str, Any] | None = None
    body: bytes = b""
    method: str = "POST"
    path: str = CHAT
    key: KeyKind = "valid"


def _chat(**changes: Any) -> Ask:
    return Ask(changes=changes)


def _says(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


_COUNT = _says("Count from one to fifty in words, separated by commas.")
_WEATHER = _says("What is the weather in Paris right now? Call get_weather to find out.")
_WITH_USAGE = {"stream": True, "stream_options": {"include_usage": True}}

# The first three are sent before all others: they say whether the endpoint can be judged at all.
FIRST: Final = ("models", "chat", "stream")
PLAN: Final[Mapping[str, Ask]] = MappingProxyType(
    {
        "models": Ask(method="GET", path="models"),
        "chat": _chat(),
        "stream": _chat(stream=True),
        "model": Ask(method="GET", path="models/{model}"),
        "model_unknown": Ask(method="GET", path=f"models/{UNKNOWN_MODEL}"),
        "limit": _chat(messages=_COUNT, max_tokens=_SHORT),
        "two": _chat(n=2),
        "tool": _chat(messages=_WEATHER, tools=_TOOLS, tool_choice="auto"),
        "stream_usage": _chat(**_WITH_USAGE),
        "stream_limit": _chat(messages=_COUNT, max_tokens=_SHORT, **_WITH_USAGE),
        "stream_two": _chat(n=2, stream=True),
        "stream_tool": _chat(messages=_WEATHER, tools=_TOOLS, tool_choice="auto", stream=True),
        "no_messages": _chat(messages=None),
        "no_messages_stream": _chat(messages=None, stream=True),
        "empty_messages": _chat(messages=[]),
        "not_json": Ask(body=b'{"model": "'),
        "body_array": Ask(body=b"[]"),
        "body_string": Ask(body=b'"hello"'),
        "body_number": Ask(body=b"42"),
        "body_null": Ask(body=b"null"),
        "no_model": _chat(model=None),
        "empty_model": _chat(model=""),
        "unknown_model": _chat(model=UNKNOWN_MODEL),
        "hot": _chat(temperature=3),
        "cold": _chat(temperature=-1),
        "worded": _chat(temperature="warm"),
        "no_key": Ask(changes={}, key="none"),
        "bad_key": Ask(body=b"{}", key="wrong"),
        "no_key_models": Ask(method="GET", path="models", key="none"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accommodation:
    """A declared bend of the requests for an endpoint that refuses the sound chat and says what it wants instead."""

    asks: str
    note: str
    bend: Callable[[dict[str, Any]], dict[str, Any]]


def _without_thinking(body: dict[str, Any]) -> dict[str, Any]:
    return body if body.get("stream") else body | {"enable_thinking": False}


def _with_the_new_cap(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"max_tokens": None, "max_completion_tokens": body["max_tokens"]}


# Each is learnt from the refusal of `chat`, applied to every later request it concerns, and told in the report.
ACCOMMODATIONS: Final = (
    # DashScope (alibabacloud.com/help/en/model-studio/error-code, June 2026): hybrid Qwen3 thinks only in streams.
    Accommodation(
        asks=r"enable_thinking",
        note="`enable_thinking: false` was added to requests that do not stream: the endpoint requires it",
        bend=_without_thinking,
    ),
    # OpenAI's reasoning models refuse the deprecated name of the limit (openai-openapi CreateChatCompletionRequest).
    Accommodation(
        asks=r"max_completion_tokens",
        note="`max_completion_tokens` was sent in place of `max_tokens`: the endpoint requires it",
        bend=_with_the_new_cap,
    ),
)


def call(ask: Ask, target: Target, learnt: tuple[Accommodation, ...] = ()) -> Call:
    """What to send for one entry of the plan."""
    url = target.url(ask.path.format(model=quote(target.model, safe="/:")))
    body = ask.body if ask.changes is None else _body(ask.changes, target, learnt)
    return Call(method=ask.method, url=url, body=body, key=ask.key)


def _body(changes: Mapping[str, Any], target: Target, learnt: tuple[Accommodation, ...]) -> bytes:
    sound: dict[str, Any] = {
        "model": target.model,
        "messages": _says("Say hello in one short sentence."),
        "max_tokens": _CAP,
    }
    wanted = sound | dict(changes)
    for accommodation in learnt:
        wanted = accommodation.bend(wanted)
    return json.dumps({key: value for key, value in wanted.items() if value is not None}).encode()
