"""The usage family: the token counts that people are billed by, in answers and at the end of streams."""

from collections.abc import Iterator
from typing import Any, Final

from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.fitting import fits
from novastack_contracts.judging import Bar, about, any_of, spoken
from novastack_contracts.profile import STRICT_ONLY
from novastack_contracts.rule import Problem, Rule, Severity, Verdict
from novastack_contracts.rules.chat import CHATS

_COUNTED: Final = (*CHATS, "stream_usage", "stream_limit")
_KEYS: Final = ("prompt_tokens", "completion_tokens", "total_tokens")


def _reported(exchange: Exchange) -> Bar:
    bar = spoken(exchange)
    if bar is None and exchange.usage is None:
        return Verdict.INCONCLUSIVE, "the answer has no usage (USE-001 or STR-017 says so)"
    return bar


def _summable(exchange: Exchange) -> Bar:
    bar = _reported(exchange)
    if bar is None and not all(_is_count((exchange.usage or {}).get(key)) for key in _KEYS):
        return Verdict.INCONCLUSIVE, "the counts are not three integers from 0 up (USE-002 says so)"
    return bar


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _present(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    if exchange.usage is None and "usage" not in _wrong_usage(exchange):
        yield Problem("the answer has no usage", "$.usage")


def _wrong_usage(exchange: Exchange) -> dict[str, Any]:
    # A usage that is there but no object is USE-002's business.
    usage = (exchange.value or {}).get("usage")
    return {} if usage is None else {"usage": usage}


def _sum(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    prompt, completion, total = ((exchange.usage or {})[key] for key in _KEYS)
    if total != prompt + completion:
        yield Problem(f"total_tokens is {total}, but {prompt} + {completion} = {prompt + completion}", "$.usage")


def _counted(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    prompt, completion, _ = ((exchange.usage or {})[key] for key in _KEYS)
    if prompt == 0:
        yield Problem("no token was counted for a prompt that has words", "$.usage.prompt_tokens")
    if completion == 0 and _has_text(exchange):
        yield Problem("no token was counted for an answer that has text", "$.usage.completion_tokens")


def _has_text(exchange: Exchange) -> bool:
    if exchange.streams:
        return any(voice.content for voice in exchange.transcript.voices.values())
    messages = (choice.get("message") for choice in exchange.choices)
    return any(isinstance(message, dict) and message.get("content") for message in messages)


def _details(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("USE-005", "completion", "chunk")(exchange, record)
    usage = exchange.usage or {}
    for details, part, whole in (
        ("prompt_tokens_details", "cached_tokens", "prompt_tokens"),
        ("completion_tokens_details", "reasoning_tokens", "completion_tokens"),
    ):
        inner = usage.get(details)
        count = inner.get(part) if isinstance(inner, dict) else None
        if type(count) is int and count > usage[whole]:
            yield Problem(f"{part} {count} exceeds {whole} {usage[whole]}", f"$.usage.{details}.{part}")


RULES: Final = (
    Rule(
        id="USE-001",
        title="An answer has usage",
        severity=Severity.ERROR,
        why="Without it nobody can account for the call.",
        source="REC 1007 of 1007; openai-openapi CreateChatCompletionResponse.usage (optional)",
        remedy="Send usage with every answer that does not stream.",
        judge=about(*CHATS, gate=spoken, find=_present),
    ),
    Rule(
        id="USE-002",
        title="Usage is three integers, none negative",
        severity=Severity.ERROR,
        why="Sums over wrong counts are wrong bills; no schema catches a negative one.",
        source="openai-openapi CompletionUsage (required; no minimum)",
        remedy="Send prompt_tokens, completion_tokens and total_tokens as integers from 0 up.",
        judge=any_of(*_COUNTED, gate=spoken, find=fits("USE-002", "completion", "chunk")),
    ),
    Rule(
        id="USE-003",
        title="total_tokens is the sum of the other two",
        severity=Severity.ERROR,
        why="Callers bill by either; they must agree.",
        source="REC 1007 of 1007",
        remedy="Sum again after translating an upstream's counts.",
        judge=any_of(*_COUNTED, gate=_summable, find=_sum),
    ),
    Rule(
        id="USE-004",
        title="What has words has tokens",
        severity=Severity.WARN,
        why="Zeros mean that nobody counts.",
        source="LocalAI zeros (seen in its answers)",
        remedy="Count, or ask the upstream for its counts.",
        judge=any_of(*_COUNTED, gate=_summable, find=_counted),
    ),
    Rule(
        id="USE-005",
        title="Usage details are objects, and no part exceeds its whole",
        severity=Severity.WARN,
        why="Cost tools subtract cached and reasoning tokens; a part above its whole makes a negative cost.",
        source="LiteLLM _usage_format_tests; openai-openapi CompletionUsage",
        remedy="Leave details out when unknown; cached ≤ prompt, reasoning ≤ completion.",
        judge=any_of(*_COUNTED, gate=_summable, find=_details),
        profiles=STRICT_ONLY,
    ),
)
