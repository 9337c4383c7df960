"""The requests family: a request with one fault is refused with a 4xx, never served and never a 5xx."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.judging import Bar, about, given, replied
from novastack_contracts.profile import STRICT_ONLY
from novastack_contracts.rule import Judge, Problem, Rule, Severity, Verdict

# What OpenAI's own refusal says (REC), where the recordings agree: error code and param.
_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "no_messages": ("missing_required_parameter", "messages"),
        "hot": ("decimal_above_max_value", "temperature"),
        "cold": ("decimal_below_min_value", "temperature"),
        "worded": ("invalid_type", "temperature"),
    }
)


def _about_the_request(exchange: Exchange) -> Bar:
    bar = replied(exchange)
    if bar is None and exchange.status in {401, 403}:
        return Verdict.INCONCLUSIVE, f"not authorised ({exchange.status})"
    return bar


def _refused(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    status = exchange.status or 0
    if 400 <= status < 500:
        yield from _in_openai_words(exchange)
    elif status >= 500:
        yield Problem(f"a faulty request was answered with {status}: the fault is the client's, so 400")
    elif not (exchange.value or {}).get("error"):
        # A 200 that carries an error object is ERR-006's.
        yield Problem(f"the fault was ignored: answered {status}")


def _in_openai_words(exchange: Exchange) -> Iterator[Problem]:
    if exchange.name not in _WORDS:
        return
    error = (exchange.value or {}).get("error")
    said = (error.get("code"), error.get("param")) if isinstance(error, dict) else (None, None)
    if said != _WORDS[exchange.name]:
        code, param = _WORDS[exchange.name]
        text = f"code and param are {said[0]!r} and {said[1]!r}: OpenAI says {code!r} and {param!r}"
        yield Problem(text, "$.error", profiles=STRICT_ONLY)


def _refuses(first: str, *others: str) -> Judge:
    return given("chat", about(first, *others, gate=_about_the_request, find=_refused))


RULES: Final = (
    Rule(
        id="REQ-001",
        title="A request without messages is refused",
        severity=Severity.BREAK,
        why="The commonest mistake must come back as a message that a developer can read.",
        source="REC 3 of 3 (400 missing_required_parameter); openai-openapi CreateChatCompletionRequest",
        remedy='Answer 400 with param "messages".',
        judge=_refuses("no_messages"),
    ),
    Rule(
        id="REQ-002",
        title="An empty list of messages is refused",
        severity=Severity.ERROR,
        why="There is nothing to answer; whatever comes back is invented and billed.",
        source="openai-openapi CreateChatCompletionRequest.messages (minItems 1); REC EMPTY 400",
        remedy='Answer 400 with param "messages".',
        judge=_refuses("empty_messages"),
    ),
    Rule(
        id="REQ-003",
        title="A body that is no JSON is refused",
        severity=Severity.BREAK,
        why="A 500 for the client's mistake wakes the wrong people and is retried.",
        source="RFC 9110 §15.5.1; vLLM test_non_object_body_validation.py",
        remedy="Answer 400 and say where the JSON breaks.",
        judge=_refuses("not_json"),
    ),
    Rule(
        id="REQ-004",
        title="A JSON body that is no object is refused",
        severity=Severity.BREAK,
        why="Parsers accept it and the code behind them does not expect it: the classic 500.",
        source="vLLM test_non_object_body_validation.py; LiteLLM 1.106.2 answers 500, measured",
        remedy="Answer 400 to arrays, strings, numbers and null.",
        judge=_refuses("body_array", "body_string", "body_number", "body_null"),
    ),
    Rule(
        id="REQ-005",
        title="A request without a model is refused",
        severity=Severity.ERROR,
        why="A default that nobody chose is answered and billed.",
        source="REC 4 of 4 (400); openai-openapi CreateChatCompletionRequest.model (required)",
        remedy='Answer 400 with param "model" when it is absent or empty.',
        judge=_refuses("no_model", "empty_model"),
    ),
    Rule(
        id="REQ-006",
        title="A temperature outside 0 to 2, or of another type, is refused",
        severity=Severity.ERROR,
        why="A setting that is silently ignored is worse than one refused.",
        source="REC (decimal_above_max_value, decimal_below_min_value, invalid_type); Rapid-MLX#740",
        remedy='Answer 400 with param "temperature".',
        judge=_refuses("hot", "cold", "worded"),
    ),
)
