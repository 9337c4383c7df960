"""The limits family: what an answer may spend, and what it says when it was cut."""

from collections.abc import Iterator
from typing import Final

from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.judging import Bar, about, spoken
from novastack_contracts.profile import STRICT_ONLY
from novastack_contracts.rule import Problem, Rule, Severity, Verdict


def _limit_of(exchange: Exchange) -> int:
    """The cap on tokens that was asked for."""
    asked = exchange.asked
    return int(asked.get("max_tokens") or asked.get("max_completion_tokens") or 0)


def _spent(exchange: Exchange) -> tuple[int, int]:
    """Completion tokens, with and without the reasoning that some vendors do not hold against the cap."""
    usage = exchange.usage or {}
    details = usage.get("completion_tokens_details")
    reasoning = details.get("reasoning_tokens", 0) if isinstance(details, dict) else 0
    spent = usage.get("completion_tokens")
    spent = spent if type(spent) is int else 0
    return spent, spent - (reasoning if type(reasoning) is int else 0)


def _reasons(exchange: Exchange) -> list[str]:
    """The reasons to finish, of an answer or a stream."""
    if exchange.streams:
        return [reason for voice in exchange.transcript.voices.values() for reason in voice.finishes]
    return [str(choice.get("finish_reason")) for choice in exchange.choices]


def _metered(exchange: Exchange) -> Bar:
    bar = spoken(exchange)
    if bar is None and exchange.usage is None:
        return Verdict.INCONCLUSIVE, "the answer has no usage to measure it by"
    return bar


def _cut(exchange: Exchange) -> Bar:
    bar = spoken(exchange)
    if bar is None and not _reasons(exchange):
        return Verdict.INCONCLUSIVE, "the answer has no finish_reason (RES-001 or STR-014 says so)"
    if bar is None and "length" not in _reasons(exchange) and _spent(exchange)[0] < _limit_of(exchange):
        return Verdict.INCONCLUSIVE, "the answer ended by itself below its limit"
    return bar


def _within(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    limit, (spent, visible) = _limit_of(exchange), _spent(exchange)
    if visible > limit:
        yield Problem(f"{visible} tokens of answer with a limit of {limit}", "$.usage.completion_tokens")
    elif spent > limit:
        text = f"{spent} tokens with a limit of {limit}: reasoning is not held against it"
        yield Problem(text, "$.usage.completion_tokens", profiles=STRICT_ONLY)


def _says_length(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    if "length" not in _reasons(exchange):
        where = "$.choices[0].finish_reason"
        yield Problem(f"cut at its limit of {_limit_of(exchange)} tokens, finish_reason is {_reasons(exchange)}", where)


RULES: Final = (
    Rule(
        id="LIM-001",
        title="An answer keeps to max_tokens",
        severity=Severity.ERROR,
        why="The cap is how callers bound cost and time.",
        source="REC 168 of 168",
        remedy="Hand the cap to the upstream under the name that it knows.",
        judge=about("limit", "stream_limit", gate=_metered, find=_within),
    ),
    Rule(
        id="LIM-002",
        title="An answer cut by its limit says `length`",
        severity=Severity.ERROR,
        why="With `stop` a truncated answer passes for a whole one.",
        source="llama.cpp#7198, ik_llama.cpp#2321, FastFlowLM#728",
        remedy="Send finish_reason length when the limit ended the answer, streaming or not.",
        judge=about("limit", "stream_limit", gate=_cut, find=_says_length),
    ),
)
