"""Gates and combinators: what can be judged, and who can break a rule."""

from collections.abc import Iterator

import pytest

from novastack_contracts.exchange import Call, Exchange, Piece, Record
from novastack_contracts.judging import about, answered, any_of, given, message_of, replied
from novastack_contracts.profile import STRICT_ONLY, Profile
from novastack_contracts.rule import Finding, Problem, Ruling, Verdict

PROBLEM = Problem("x")


def _exchange(name: str, status: int | None, body: bytes = b"{}") -> Exchange:
    return Exchange(name=name, call=Call(method="GET", url=""), status=status, pieces=(Piece(0, body),))


def _always(_exchange: Exchange, _record: Record) -> Iterator[Problem]:
    yield PROBLEM


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, None),
        (201, None),
        (400, Verdict.UNSUPPORTED),
        (404, Verdict.UNSUPPORTED),
        (501, Verdict.UNSUPPORTED),
        (401, Verdict.INCONCLUSIVE),
        (429, Verdict.INCONCLUSIVE),
        (500, Verdict.INCONCLUSIVE),
        (302, Verdict.INCONCLUSIVE),
        (None, Verdict.INCONCLUSIVE),
    ],
)
def test_only_a_clear_refusal_is_unsupported(status: int | None, verdict: Verdict | None) -> None:
    """A 2xx can be judged; anything else says nothing about the rule."""
    bar = answered(_exchange("a", status))
    assert verdict == (bar and bar[0])


def test_a_witness_can_break_and_never_excuse() -> None:
    """The first probe is the one that a rule is about."""
    judge = about("a", "b", gate=replied, find=_always)
    broken = judge(Record([_exchange("b", 200)]))
    assert (Verdict.BROKEN, (Finding("b", PROBLEM),)) == (broken.verdict(Profile.COMPAT), broken.findings)
    silent = about("a", "b", gate=replied, find=lambda _exchange, _record: ())(Record([_exchange("b", 200)]))
    assert Verdict.INCONCLUSIVE == silent.verdict(Profile.COMPAT)


def test_any_probe_will_do_for_any_of() -> None:
    """At least one was judged."""
    judge = any_of("a", "b", gate=replied, find=lambda _exchange, _record: ())
    assert (Verdict.KEPT, Verdict.INCONCLUSIVE) == (
        judge(Record([_exchange("b", 200)])).verdict(Profile.COMPAT),
        judge(Record()).verdict(Profile.COMPAT),
    )


def test_a_refusal_proves_nothing_without_its_control() -> None:
    """An endpoint that refuses the sound request refuses the faulty one for the same reason."""
    judge = given("sound", about("faulty", gate=replied, find=lambda _exchange, _record: ()))
    refused = _exchange("faulty", 400)
    assert (Verdict.KEPT, Verdict.INCONCLUSIVE) == (
        judge(Record([refused, _exchange("sound", 200)])).verdict(Profile.COMPAT),
        judge(Record([refused, _exchange("sound", 400)])).verdict(Profile.COMPAT),
    )


def test_a_strict_finding_breaks_only_strict() -> None:
    """One run, two verdicts."""
    ruling = Ruling((Finding("a", Problem("x", profiles=STRICT_ONLY)),))
    assert (Verdict.KEPT, Verdict.BROKEN) == (ruling.verdict(Profile.COMPAT), ruling.verdict(Profile.STRICT))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"error": {"message": "No\\u001b[31m  way"}}', "No [31m way"),
        (b'{"error": "Unauthorized"}', "Unauthorized"),
        (b"<html>Bad</html>", "<html>Bad</html>"),
        (b"", "(empty body)"),
    ],
)
def test_an_errors_message_is_one_printable_line(body: bytes, says: str) -> None:
    """Whatever its shape."""
    assert says == message_of(_exchange("a", 400, body))
