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
REFUSALS = frozenset({400, 404, 405, 406, 410, 415, 422, 501})


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


def given(control: str, judge: Judge) -> Judge:
    """The same judge, barred unless the control was served: else a refusal proves nothing about the fault in it."""

    def controlled(record: Record) -> Ruling:
        ruling = judge(record)
        if ruling.barred is None and answered(record[control]) is not None:
            return Ruling(
                ruling.findings, (Verdict.INCONCLUSIVE, f"the sound request `{control}` was not served either")
            )
        return ruling

    return controlled


def _findings(probes: Iterable[str], record: Record, gate: Gate, find: Find) -> tuple[Finding, ...]:
    return tuple(
        Finding(probe, problem)
        for probe in probes
        if gate(record[probe]) is None
        for problem in find(record[probe], record)
    )


def replied(exchange: Exchange) -> Bar:
    """Some reply came, and it is about the request, not about the rate of requests."""
    if exchange.status is None:
        return Verdict.INCONCLUSIVE, f"no reply: {exchange.failure}"
    if exchange.status == 429:
        return Verdict.INCONCLUSIVE, "rate limited (429), also after waiting once"
    return None


def undenied(exchange: Exchange) -> Bar:
    """Not clearly refused: what came is an answer, or a failure to give one. A clear refusal is `unsupported`."""
    bar = replied(exchange)
    if bar is None and exchange.status in REFUSALS:
        return Verdict.UNSUPPORTED, f"refused with {exchange.status}: {message_of(exchange)}"
    if bar is None and exchange.status in {401, 403}:
        return Verdict.INCONCLUSIVE, f"not authorised ({exchange.status})"
    return bar


def answered(exchange: Exchange) -> Bar:
    """The request was served (2xx)."""
    bar = undenied(exchange)
    if bar is None and exchange.status is not None and not 200 <= exchange.status < 300:
        return Verdict.INCONCLUSIVE, f"answered {exchange.status}: {message_of(exchange)}"
    return bar


def spoken(exchange: Exchange) -> Bar:
    """The request was served with something to judge: an event of the stream, or a JSON object without an error."""
    bar = answered(exchange)
    if bar is None and exchange.streams and not exchange.transcript.payloads:
        return Verdict.INCONCLUSIVE, "the answer holds no event (STR-001 or STR-003 says why)"
    if bar is None and not exchange.streams and (exchange.value is None or exchange.value.get("error")):
        return Verdict.INCONCLUSIVE, "the answer is no JSON completion (RES-001 or ERR-006 says why)"
    return bar


def failed(exchange: Exchange) -> Bar:
    """An error was returned."""
    if exchange.status is None or exchange.status < 400:
        return Verdict.INCONCLUSIVE, "no error was returned"
    return None


def explained(exchange: Exchange) -> Bar:
    """An error was returned whose body has an error object."""
    bar = failed(exchange)
    if bar is None and not isinstance((exchange.value or {}).get("error"), dict):
        return Verdict.INCONCLUSIVE, "the error has no error object (ERR-001 or ERR-002 says why)"
    return bar


def message_of(exchange: Exchange) -> str:
    """What an error says, in one line."""
    error = exchange.value.get("error") if exchange.value else None
    text = error.get("message") if isinstance(error, dict) else error
    shown = text if isinstance(text, str) else exchange.body[:400].decode("utf-8", "replace")
    printable = "".join(char if char.isprintable() else " " for char in shown[:400])
    return " ".join(printable.split())[:160] or "(empty body)"
