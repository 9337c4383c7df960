"""How a rule reads its probes: gates say whether an exchange can be judged, combinators make a Judge of a finder.

The first probe that a rule names is the one it is about; the others are witnesses: they can break it, never excuse it.
"""

from collections.abc import Callable, Iterable

from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.rule import Finding, Judge, Problem, Ruling, Verdict

Bar = tuple[Verdict, str] | None
Gate = Callable[[Exchange], Bar]
Find = Callable[[Exchange, Record], Iterable[Problem]]

# The clear ways to say "I do not do this" (RFC 9110 §15.5, §15.6.2).
_REFUSALS = frozenset({400, 404, 405, 406, 410, 415, 422, 501})


def about(first: str, *witnesses: str, gate: Gate, find: Find) -> Judge:
    """A judge that needs the first probe to pass the gate, and looks at every probe that does."""

    def judge(record: Record) -> Ruling:
        return Ruling(_findings((first, *witnesses), record, gate, find), gate(record[first]))

    return judge


def any_of(*probes: str, gate: Gate, find: Find) -> Judge:
    """A judge that needs at least one of the probes to pass the gate."""

    def judge(record: Record) -> Ruling:
        bars = [gate(record[probe]) for probe in probes]
        return Ruling(_findings(probes, record, gate, find), None if None in bars else bars[0])

    return judge


def _findings(probes: Iterable[str], record: Record, gate: Gate, find: Find) -> tuple[Finding, ...]:
    return tuple(
        Finding(probe, problem)
        for probe in probes
        if gate(record[probe]) is None
        for problem in find(record[probe], record)
    )


def replied(exchange: Exchange) -> Bar:
    """Some reply came, and it is about the request: not about its key or the rate of requests."""
    if exchange.status is None:
        return Verdict.INCONCLUSIVE, f"no reply: {exchange.failure}"
    if exchange.status == 429:
        return Verdict.INCONCLUSIVE, "rate limited (429), also after waiting once"
    return None


def answered(exchange: Exchange) -> Bar:
    """The request was served (2xx). A clear refusal is `unsupported`, anything else says nothing about this rule."""
    bar = replied(exchange)
    if bar or exchange.status is None or 200 <= exchange.status < 300:
        return bar
    if exchange.status in _REFUSALS:
        return Verdict.UNSUPPORTED, f"refused with {exchange.status}: {message_of(exchange)}"
    return Verdict.INCONCLUSIVE, f"answered {exchange.status}: {message_of(exchange)}"


def completed(exchange: Exchange) -> Bar:
    """The request was served with a JSON object that has no top-level error."""
    bar = answered(exchange)
    if bar is None and (exchange.value is None or "error" in exchange.value):
        return Verdict.INCONCLUSIVE, "the answer is no completion (RES-001 or ERR-006 says why)"
    return bar


def streamed(exchange: Exchange) -> Bar:
    """The request was served with at least one event."""
    bar = answered(exchange)
    if bar is None and not exchange.transcript.payloads:
        return Verdict.INCONCLUSIVE, "the answer holds no event (STR-001 says why)"
    return bar


def failed(exchange: Exchange) -> Bar:
    """An error was returned."""
    if exchange.status is None or exchange.status < 400:
        return Verdict.INCONCLUSIVE, "no error was returned"
    return None


def message_of(exchange: Exchange) -> str:
    """What an error says, in one line."""
    error = exchange.value.get("error") if exchange.value else None
    text = error.get("message") if isinstance(error, dict) else error
    shown = text if isinstance(text, str) else exchange.body.decode("utf-8", "replace")
    return " ".join(shown.split())[:160] or "(empty body)"
