"""Which fault strikes a request, and why each of the others does not. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from novastack_simulators.faults.fault import Fault
from novastack_simulators.faults.when import Struck


class Verdict(NamedTuple):
    """Whether a fault applies to a request, and whether it is the one that strikes: the first that applies."""

    fault: Fault
    applies: bool
    strikes: bool
    why: str


def applies(fault: Fault, struck: Struck) -> bool:
    """Whether the fault applies to this attempt at this request."""
    return all(check.holds(struck) for check in fault.checks)


def chosen(faults: Sequence[Fault], struck: Struck) -> Fault | None:
    """The first fault of the list that applies to this attempt."""
    return next((fault for fault in faults if applies(fault, struck)), None)


def explained(faults: Sequence[Fault], struck: Struck) -> tuple[Verdict, ...]:
    """For every fault whether it applies, and why, by the same checks as `chosen`."""
    strikes = chosen(faults, struck)
    return tuple(_verdict(fault, struck, strikes=fault is strikes) for fault in faults)


def _verdict(fault: Fault, struck: Struck, *, strikes: bool) -> Verdict:
    failed = [check for check in fault.checks if not check.holds(struck)]
    why = "; ".join(check.told(struck) for check in failed or fault.checks) or "it applies to every request"
    return Verdict(fault, applies=not failed, strikes=strikes, why=why)
