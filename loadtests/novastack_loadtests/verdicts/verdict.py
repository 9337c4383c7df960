"""What a verdict is.

Rule of this file: three outcomes. FAIL needs an offender that anyone can look up by its id; INCONCLUSIVE says what
was missing; PASS says how much it looked at.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from novastack_loadtests.evidence import Evidence

Outcome = Literal["PASS", "FAIL", "INCONCLUSIVE"]

#: Offenders that a verdict carries; it says the number of all.
SHOWN: Final = 20


class Offender(msgspec.Struct, frozen=True):
    id: str
    why: str


class Window(msgspec.Struct, frozen=True):
    """A stretch of the run, unix seconds, and what was counted in it."""

    since: float
    until: float
    count: int


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    outcome: Outcome
    summary: str
    offenders: tuple[Offender, ...] = ()
    offences: int = 0
    window: Window | None = None
    numbers: Mapping[str, float] = {}


@dataclass(frozen=True, kw_only=True)
class Question:
    """A verdict's place in the table: `code` is its property, `blind` whether it can be judged without journals."""

    code: str
    title: str
    judge: Callable[[Evidence], Verdict]
    blind: bool = True


def passed(summary: str, numbers: Mapping[str, float] | None = None, window: Window | None = None) -> Verdict:
    return Verdict(outcome="PASS", summary=summary, numbers=numbers or {}, window=window)


def undecided(summary: str, numbers: Mapping[str, float] | None = None) -> Verdict:
    return Verdict(outcome="INCONCLUSIVE", summary=summary, numbers=numbers or {})


def failed(
    summary: str,
    offenders: Iterable[Offender],
    numbers: Mapping[str, float] | None = None,
    window: Window | None = None,
) -> Verdict:
    """A FAIL with the first offenders and the number of all."""
    # Header text may hold anything: what cannot be printed would break a terminal or an XML file.
    every = tuple(Offender(_printable(each.id), _printable(each.why)) for each in offenders)
    return Verdict(
        outcome="FAIL",
        summary=summary,
        offenders=every[:SHOWN],
        offences=len(every),
        window=window,
        numbers=numbers or {},
    )


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)
