"""The tools family: the calls of an answer, whole or put together from a stream."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.fitting import fits
from novastack_contracts.judging import Bar, about, any_of, spoken
from novastack_contracts.rule import Problem, Rule, Severity, Verdict
from novastack_contracts.stream import Voice

_TOOLED: Final = ("tool", "stream_tool")


@dataclass(frozen=True, slots=True)
class _Called:
    """One call, as a client would hold it in the end."""

    choice: int
    id: object
    name: object
    arguments: object


def _calls(exchange: Exchange) -> list[_Called]:
    return list(_assembled(exchange) if exchange.streams else _whole(exchange))


def _whole(exchange: Exchange) -> Iterator[_Called]:
    for number, choice in enumerate(exchange.choices):
        message = choice.get("message")
        calls = message.get("tool_calls") if isinstance(message, dict) else None
        for call in calls if isinstance(calls, list) else []:
            function = _function(call)
            yield _Called(number, _get(call, "id"), function.get("name"), function.get("arguments"))


def _assembled(exchange: Exchange) -> Iterator[_Called]:
    for number, voice in exchange.transcript.voices.items():
        for mine in _by_index(voice).values():
            arguments = [_function(piece).get("arguments") for piece in mine]
            text = "".join(part for part in arguments if isinstance(part, str))
            yield _Called(number, _get(mine[0], "id"), _function(mine[0]).get("name"), text)


def _by_index(voice: Voice) -> dict[int, list[Mapping[str, Any]]]:
    """The pieces of each call; one without a usable index can belong to none, which TOOL-011 says."""
    calls: dict[int, list[Mapping[str, Any]]] = {}
    for _, piece in voice.pieces:
        if type(piece.get("index")) is int:
            calls.setdefault(piece["index"], []).append(piece)
    return calls


def _get(call: object, key: str) -> object:
    return call.get(key) if isinstance(call, dict) else None


def _function(call: object) -> Mapping[str, Any]:
    function = _get(call, "function")
    return function if isinstance(function, dict) else {}


def _called(exchange: Exchange) -> Bar:
    bar = spoken(exchange)
    if bar is None and not _calls(exchange):
        return Verdict.INCONCLUSIVE, "the model made no call"
    return bar


def _pieced(exchange: Exchange) -> Bar:
    bar = spoken(exchange)
    if bar is None and not any(voice.pieces for voice in exchange.transcript.voices.values()):
        return Verdict.INCONCLUSIVE, "the model made no call"
    return bar


def _ids(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("TOOL-001", "completion")(exchange, record)
    ids = [call.id for call in _calls(exchange)]
    if exchange.streams and not all(isinstance(one, str) and one for one in ids):
        yield Problem(f"the calls' first pieces have the ids {ids}", "$.choices[*].delta.tool_calls[*].id")
    for one, count in Counter(one for one in ids if isinstance(one, str) and one).items():
        if count > 1:
            yield Problem(f"{count} calls share the id {one!r}")


def _names(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("TOOL-003", "completion")(exchange, record)
    sent = [_function(tool).get("name") for tool in exchange.asked.get("tools", [])]
    for call in _calls(exchange):
        if (isinstance(call.name, str) or exchange.streams) and call.name not in sent:
            yield Problem(f"{call.name!r} was called, and only {sent} were offered")


def _arguments(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    for call in _calls(exchange):
        if isinstance(call.arguments, str) and not isinstance(_parsed(call.arguments), dict):
            yield Problem(f"the arguments {call.arguments[:80]!r} are no JSON object")


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _promised(exchange: Exchange) -> Bar:
    bar = spoken(exchange)
    if bar is None and not (_calls(exchange) or "tool_calls" in _finishes(exchange)):
        return Verdict.INCONCLUSIVE, "the model made no call"
    return bar


def _finishes(exchange: Exchange) -> list[str]:
    if exchange.streams:
        return [word for voice in exchange.transcript.voices.values() for word in voice.finishes]
    return [str(choice.get("finish_reason")) for choice in exchange.choices]


def _finish_and_calls(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    # Pieces without an index are calls all the same, though nobody can put them together (TOOL-011).
    if not _calls(exchange) and _pieced(exchange) is not None:
        yield Problem("finish_reason is tool_calls, and there is no call")


def _finish_says_so(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    finishes = _finishes(exchange)
    # A cut answer may hold half a call: `length` is the truth then.
    if finishes and not {"tool_calls", "length"} & set(finishes):
        yield Problem(f"the answer calls a tool, and finish_reason is {finishes}", "$.choices[*].finish_reason")


def _indexed(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("TOOL-011", "chunk")(exchange, record)
    for number, voice in exchange.transcript.voices.items():
        seen = list(_by_index(voice))
        if seen != list(range(len(seen))):
            yield Problem(f"choice {number}: the calls' indexes are {seen}, not 0, 1, …")


def _named_once(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    for voice in exchange.transcript.voices.values():
        begun: set[int] = set()
        for event, piece in voice.pieces:
            index = piece.get("index")
            if type(index) is not int:
                continue
            if index in begun and (piece.get("id") or _function(piece).get("name")):
                text = f"a later piece of call {index} repeats its id or name: clients concatenate them"
                yield Problem(text, "$.choices[*].delta.tool_calls[*]", (event.offset, event.end))
                return
            begun.add(index)


RULES: Final = (
    Rule(
        id="TOOL-001",
        title="Every call has an id of its own",
        severity=Severity.BREAK,
        why="The tool's result is sent back under it.",
        source="openai-openapi ChatCompletionMessageToolCall.id; vercel/ai test of parallel calls with empty ids",
        remedy="Make a non-empty id per call, in the call's first piece when streaming.",
        judge=any_of(*_TOOLED, gate=_called, find=_ids),
    ),
    Rule(
        id="TOOL-002",
        title="Every call has a type",
        severity=Severity.ERROR,
        why="Clients tell function calls from custom ones by it.",
        source="openai-openapi ChatCompletionMessageToolCall.type (enum)",
        remedy='Send "type": "function".',
        judge=about("tool", gate=_called, find=fits("TOOL-002", "completion")),
    ),
    Rule(
        id="TOOL-003",
        title="Only offered tools are called, by their exact name",
        severity=Severity.BREAK,
        why="An agent looks the name up in its table: `functions.get_weather` is not there.",
        source="openai-openapi ChatCompletionMessageToolCall.function.name",
        remedy="Return the name that was sent, without a prefix.",
        judge=any_of(*_TOOLED, gate=_called, find=_names),
    ),
    Rule(
        id="TOOL-004",
        title="A call's arguments are a string",
        severity=Severity.BREAK,
        why="SDKs hand the string to a JSON parser; an object makes them fail.",
        source="openai-openapi ChatCompletionMessageToolCall.function.arguments; llama.cpp#20198, picoclaw#1287",
        remedy="Encode the arguments as JSON inside a string.",
        judge=about("tool", gate=_called, find=fits("TOOL-004", "completion")),
    ),
    Rule(
        id="TOOL-005",
        title="A call's arguments parse to a JSON object",
        severity=Severity.BREAK,
        why="The agent cannot call its function otherwise.",
        source="aichat#1217, simonw/llm#1164, eino-ext#916",
        remedy='Send complete JSON, "{}" when there is no argument.',
        judge=any_of(*_TOOLED, gate=_called, find=_arguments),
    ),
    Rule(
        id="TOOL-006",
        title="An answer that calls a tool finishes with tool_calls",
        severity=Severity.ERROR,
        why="Agents run tools when they read tool_calls, and stop when they read stop.",
        source="vLLM#25054, #49496; sglang#2877",
        remedy="Send finish_reason tool_calls with tool_choice auto or required.",
        judge=any_of(*_TOOLED, gate=_called, find=_finish_says_so),
    ),
    Rule(
        id="TOOL-007",
        title="finish_reason tool_calls comes with calls",
        severity=Severity.ERROR,
        why="An agent told to run tools, and given none, loops or fails.",
        source="openai-openapi CreateChatCompletionResponse.choices.finish_reason (text)",
        remedy="Send the calls, or finish with stop.",
        judge=any_of(*_TOOLED, gate=_promised, find=_finish_and_calls),
    ),
    Rule(
        id="TOOL-011",
        title="Streamed calls are numbered from 0",
        severity=Severity.BREAK,
        why="Pieces are put together by index; without it SDKs fail or mix calls.",
        source="openai-python#3246, #2806; dynamo#4723; mistral.rs#1507",
        remedy="Send an integer index on every piece: 0 for the first call, 1 for the next.",
        judge=about("stream_tool", gate=_pieced, find=_indexed),
    ),
    Rule(
        id="TOOL-012",
        title="A streamed call gives its id and name once",
        severity=Severity.BREAK,
        why="Clients concatenate: a repeated name becomes `get_weatherget_weather`.",
        source="openai-openapi ChatCompletionMessageToolCallChunk",
        remedy="Send id and name in the call's first piece, and only arguments after it.",
        judge=about("stream_tool", gate=_pieced, find=_named_once),
    ),
)
