"""The chat family: the whole answer of a request that does not stream."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.fitting import REST, fits
from novastack_contracts.judging import about, spoken, undenied
from novastack_contracts.profile import STRICT_ONLY
from novastack_contracts.rule import Problem, Rule, Severity

CHATS: Final = ("chat", "limit", "two", "tool")
_DAY: Final = 86_400


def _served(exchange: Exchange, record: Record) -> Iterator[Problem]:
    if exchange.status != 200:
        yield Problem(f"a sound request was answered with {exchange.status}")
        return
    if exchange.failure:
        yield Problem(f"the reply broke off: {exchange.failure}")
    if not exchange.header("content-type").startswith("application/json"):
        yield Problem(f"content-type is {exchange.header('content-type')!r}, not application/json")
    if exchange.value is None:
        yield Problem("the body is not one JSON object", span=(0, min(len(exchange.body), 80)))
    elif not exchange.value.get("error"):
        yield from fits("RES-001", "completion")(exchange, record)


def _own_id(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("RES-002", "completion")(exchange, record)
    mine = (exchange.value or {}).get("id")
    for other in CHATS[: CHATS.index(exchange.name)]:
        if spoken(record[other]) is None and mine and (record[other].value or {}).get("id") == mine:
            yield Problem(f"the id {mine!r} was already that of `{other}`", "$.id")
            return


def _created(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("RES-004", "completion")(exchange, record)
    created = (exchange.value or {}).get("created")
    if type(created) is not int:
        return
    # Between 2001 and 2096: milliseconds, zero and days all fall outside.
    if not 1_000_000_000 <= created < 4_000_000_000:
        yield Problem(f"{created} is no Unix time in seconds", "$.created")
    elif exchange.sent_at is not None and abs(created - exchange.sent_at) > _DAY:
        yield Problem(f"{created} is more than a day away from now", "$.created", profiles=STRICT_ONLY)


def _choices(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("RES-006", "completion")(exchange, record)
    want = list(range(exchange.asked.get("n", 1)))
    have = [choice.get("index") for choice in exchange.choices]
    if "choices" in (exchange.value or {}) and have != want:
        yield Problem(f"the indexes are {have}, not {want}", "$.choices[*].index")


def _no_empty_calls(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    for choice in exchange.choices:
        message = choice.get("message")
        if isinstance(message, dict) and message.get("tool_calls", True) in ([], None):
            yield Problem("tool_calls is there without a call", "$.choices[*].message.tool_calls")


def _one_meaning(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    faults: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        faults.extend(
            f"the key {key!r} comes twice" for key, count in Counter(k for k, _ in items).items() if count > 1
        )
        return dict(items)

    try:
        text = exchange.body.decode("utf-8")
        json.loads(text, object_pairs_hook=pairs, parse_constant=lambda word: faults.append(f"{word} is no JSON"))
    except UnicodeDecodeError as error:
        yield Problem("the body is not UTF-8", span=(error.start, error.end))
    except (ValueError, RecursionError):
        return
    for fault in faults:
        yield Problem(fault)


RULES: Final = (
    Rule(
        id="RES-001",
        title="A sound chat request is answered with 200 and one JSON completion",
        severity=Severity.BREAK,
        why="Everything else rests on it: SDKs parse this object and read `choices[0].message`.",
        source="openai-openapi CreateChatCompletionResponse; REC 1007 of 1007",
        remedy="Answer 200, content-type application/json, and one object with id, object, created, model, choices.",
        judge=about(*CHATS, gate=undenied, find=_served),
    ),
    Rule(
        id="RES-002",
        title="Every answer has an id of its own",
        severity=Severity.ERROR,
        why="Logs, traces and support tickets are joined by it.",
        source="openai-openapi CreateChatCompletionResponse.id (required)",
        remedy="Make a new non-empty id for each answer.",
        judge=about(*CHATS, gate=spoken, find=_own_id),
    ),
    Rule(
        id="RES-003",
        title="`object` is `chat.completion`",
        severity=Severity.ERROR,
        why="Clients that handle several kinds of object tell them apart by it.",
        source="openai-openapi CreateChatCompletionResponse.object (enum)",
        remedy='Send "object": "chat.completion".',
        judge=about(*CHATS, gate=spoken, find=fits("RES-003", "completion")),
    ),
    Rule(
        id="RES-004",
        title="`created` is Unix time in whole seconds",
        severity=Severity.ERROR,
        why="In milliseconds or as text it breaks every client that shows or sorts by time.",
        source="openai-openapi CreateChatCompletionResponse.created (unixtime)",
        remedy="Send the seconds since 1970 as an integer.",
        judge=about(*CHATS, gate=spoken, find=_created),
    ),
    Rule(
        id="RES-006",
        title="There are n choices, indexed from 0 in order",
        severity=Severity.ERROR,
        why="A client that asks for n alternatives and gets one without a word has lost them.",
        source="REC 1007 of 1007; lmdeploy#4419, TGI#1648",
        remedy="Answer n choices with index 0 to n-1, or refuse n above 1 with a 400.",
        judge=about("two", "chat", "limit", "tool", gate=spoken, find=_choices),
    ),
    Rule(
        id="RES-007",
        title="The message's role is `assistant`",
        severity=Severity.BREAK,
        why="The message is sent back as history; with another role the next turn is refused.",
        source="openai-openapi ChatCompletionResponseMessage.role (enum)",
        remedy='Send "role": "assistant" in every message.',
        judge=about(*CHATS, gate=spoken, find=fits("RES-007", "completion")),
    ),
    Rule(
        id="RES-008",
        title="The message has `content`, a string or null",
        severity=Severity.BREAK,
        why="Clients read `message.content` without asking whether it is there.",
        source="openai-openapi ChatCompletionResponseMessage.content (required)",
        remedy="Always send the key; null beside tool calls, a string otherwise.",
        judge=about(*CHATS, gate=spoken, find=fits("RES-008", "completion")),
    ),
    Rule(
        id="RES-009",
        title="`finish_reason` is one of OpenAI's words",
        severity=Severity.BREAK,
        why="Agents branch on it: an upstream's `end_turn` or null leaves them waiting or looping.",
        source="openai-openapi CreateChatCompletionResponse.choices.finish_reason; sglang#3912",
        remedy="Map to stop, length, tool_calls, content_filter or function_call.",
        judge=about(*CHATS, gate=spoken, find=fits("RES-009", "completion")),
    ),
    Rule(
        id="RES-010",
        title="`tool_calls` is absent when there is no call",
        severity=Severity.WARN,
        why="Clients that ask whether the key is there take an empty list for a call.",
        source="openai-openapi ChatCompletionResponseMessage.tool_calls (null is invalid); vLLM sends []",
        remedy="Leave the key out instead of sending [] or null.",
        judge=about(*CHATS, gate=spoken, find=_no_empty_calls),
        profiles=STRICT_ONLY,
    ),
    Rule(
        id=REST,
        title="Optional keys fit OpenAI's schema when they are there",
        severity=Severity.INFO,
        why="Typed clients generated from OpenAI's file reject null where it allows none.",
        source="openai-openapi (e.g. annotations, function_call, usage details); vLLM fails in 4 places, measured",
        remedy="Leave optional keys out rather than sending null or a type of your own.",
        judge=about(*CHATS, "stream", "stream_usage", gate=spoken, find=fits(REST, "completion", "chunk")),
        profiles=STRICT_ONLY,
    ),
    Rule(
        id="RES-012",
        title="`refusal` and `logprobs` are there, null when unused",
        severity=Severity.INFO,
        why="OpenAI's schema requires both; SDKs do without, so this never weighs more than information.",
        source="openai-openapi ChatCompletionResponseMessage.refusal, choices.logprobs (required)",
        remedy='Send "refusal": null in messages and "logprobs": null in choices.',
        judge=about(*CHATS, gate=spoken, find=fits("RES-012", "completion")),
        profiles=STRICT_ONLY,
    ),
    Rule(
        id="RES-014",
        title="The JSON has one meaning",
        severity=Severity.ERROR,
        why="Parsers disagree on duplicate keys, NaN and broken UTF-8, so two clients read two answers.",
        source="RFC 8259 §4, §6, §8.1",
        remedy="Write each key once, no NaN or Infinity, UTF-8 without exceptions.",
        judge=about(*CHATS, gate=undenied, find=_one_meaning),
    ),
)
