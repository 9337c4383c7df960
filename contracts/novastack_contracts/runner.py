"""A whole run: the first three requests say whether the endpoint can be judged, then the rest go out four at a time.

It stops on an authentication failure, and when the model serves no chat at all: then nothing was exercised, and no rule
is called kept.
"""

import re
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final

from novastack_contracts.evidence import evidence
from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.judging import REFUSALS, message_of
from novastack_contracts.plan import ACCOMMODATIONS, FIRST, PLAN, Accommodation, call
from novastack_contracts.probe import Patience, Probe
from novastack_contracts.report import Proof, Report, Result
from novastack_contracts.rules import FAMILIES
from novastack_contracts.target import Target

CONCURRENCY: Final = 4


def check(target: Target, *, patience: Patience | None = None) -> Report:
    """Judge an endpoint by every rule. Never raises for what the endpoint does: the report says it."""
    started, started_at = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
    with Probe(target, patience or Patience()) as probe:
        exchanges, learnt = _first(probe, target)
        stopped = _verdict_on_judging(Record(exchanges))
        if stopped is None:
            rest = [name for name in PLAN if name not in FIRST and (target.key or PLAN[name].key == "valid")]
            exchanges += _send(probe, target, rest, learnt)
    return Report(
        target=target,
        results=judge(Record(exchanges, keyed=target.key is not None)),
        requests=len(exchanges) + sum(len(exchange.notes) for exchange in exchanges) + len(learnt),
        seconds=time.monotonic() - started,
        started_at=started_at,
        notes=(*(one.note for one in learnt), *(note for exchange in exchanges for note in exchange.notes)),
        stopped=stopped,
    )


def judge(record: Record) -> tuple[Result, ...]:
    """Every rule over recorded exchanges: no I/O, so a capture can be judged as well as a run."""
    results: list[Result] = []
    for family, rules in FAMILIES.items():
        for rule in rules:
            ruling = rule.judge(record)
            proofs = tuple(Proof(one, evidence(record[one.probe], one.problem)) for one in ruling.findings)
            results.append(Result(family, rule, ruling, proofs))
    return tuple(results)


def _first(probe: Probe, target: Target) -> tuple[list[Exchange], tuple[Accommodation, ...]]:
    exchanges = {exchange.name: exchange for exchange in _send(probe, target, FIRST, ())}
    chat = exchanges["chat"]
    refusal = message_of(chat) if chat.status in REFUSALS else ""
    learnt = tuple(one for one in ACCOMMODATIONS if re.search(one.asks, refusal))
    if learnt:
        exchanges |= {exchange.name: exchange for exchange in _send(probe, target, ["chat"], learnt)}
    return list(exchanges.values()), learnt


def _send(probe: Probe, target: Target, names: Iterable[str], learnt: tuple[Accommodation, ...]) -> list[Exchange]:
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        return list(pool.map(lambda name: probe.send(name, call(PLAN[name], target, learnt)), names))


def _verdict_on_judging(record: Record) -> str | None:
    """Why there is nothing to judge, or None."""
    chat, stream = record["chat"], record["stream"]
    if chat.status is None and stream.status is None:
        return f"could not reach {chat.call.url}: {chat.failure}"
    if {chat.status, stream.status} <= {401, 403}:
        return f"not authenticated: {chat.call.url} answered {chat.status}: {message_of(chat)}"
    if {chat.status, stream.status} <= {429, None}:
        return f"rate limited: {chat.call.url} answered 429: {message_of(chat)}"
    if {chat.status, stream.status} <= REFUSALS:
        return f"no chat was served: {chat.call.url} answered {chat.status}: {message_of(chat)}"
    return None
