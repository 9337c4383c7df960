"""Which fault strikes a request, and why each of the others does not. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from novastack_simulators.faults.fault import Fault
from novastack_simulators.faults.when import CONDITIONS, Condition, Struck
from novastack_simulators.matching import Line, Matcher, Scene


class Check(NamedTuple):
    """Whether one condition holds, and the sentence that says so."""

    held: bool
    told: Callable[[], str]


class Verdict(NamedTuple):
    """Whether a fault applies to a request, and whether it is the one that strikes: the first that applies."""

    fault: Fault
    applies: bool
    strikes: bool
    why: str


def checks(fault: Fault, struck: Struck) -> Iterator[Check]:
    """Every condition of a fault, those that cost least first."""
    for word, condition in CONDITIONS.items():
        value = getattr(fault.when, word)
        if value is not None:
            yield _moment(condition, value, struck, fault.mark)
    for matcher in fault.where.matchers if fault.where else ():
        yield _match(matcher, struck.scene)


def _moment(condition: Condition, value: object, struck: Struck, mark: str) -> Check:
    held = condition.holds(value, struck, mark)
    return Check(held, lambda: condition.said(value, struck, mark).sentence(held=held))


def _match(matcher: Matcher, scene: Scene | None) -> Check:
    if scene is None:
        return Check(held=False, told=lambda: f"nothing is known of the request, and {matcher.part} is wanted")
    return Check(matcher.holds(scene), lambda: _compared(matcher.explain(scene)))


def _compared(line: Line) -> str:
    return f"{line.part} is {line.got}, {'as' if line.held else 'not as'} wanted: {line.wanted}"


def applies(fault: Fault, struck: Struck) -> bool:
    """Whether the fault applies to this attempt at this request."""
    return all(check.held for check in checks(fault, struck))


def chosen(faults: Sequence[Fault], struck: Struck) -> Fault | None:
    """The first fault of the list that applies to this attempt."""
    return next((fault for fault in faults if applies(fault, struck)), None)


def explained(faults: Sequence[Fault], struck: Struck) -> tuple[Verdict, ...]:
    """For every fault whether it applies, and why, by the same checks as `chosen`."""
    strikes = chosen(faults, struck)
    return tuple(_verdict(fault, struck, strikes=fault is strikes) for fault in faults)


def _verdict(fault: Fault, struck: Struck, *, strikes: bool) -> Verdict:
    found = tuple(checks(fault, struck))
    failed = tuple(check for check in found if not check.held)
    why = "; ".join(check.told() for check in failed or found) or "it applies to every request"
    return Verdict(fault, applies=not failed, strikes=strikes, why=why)
