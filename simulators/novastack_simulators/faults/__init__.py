"""Failure modes: each is one file and one entry in FAULTS; its `do` is its name everywhere."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from pydantic import Field

from novastack_simulators.faults.cut import Cut
from novastack_simulators.faults.cut import strike as cut
from novastack_simulators.faults.fault import Fault, Struck, applies
from novastack_simulators.faults.finish import Finish, ended
from novastack_simulators.faults.finish import strike as finish
from novastack_simulators.faults.in_band_error import InBandError
from novastack_simulators.faults.in_band_error import strike as in_band_error
from novastack_simulators.faults.stall import Stall
from novastack_simulators.faults.stall import strike as stall
from novastack_simulators.faults.status import Status
from novastack_simulators.faults.status import strike as status
from novastack_simulators.generation import Generation
from novastack_simulators.plan import Plan

__all__ = [
    "FAULTS",
    "AnyFault",
    "Cut",
    "Entry",
    "Fault",
    "Finish",
    "InBandError",
    "Stall",
    "Status",
    "Struck",
    "chosen",
    "struck",
    "uttered",
]


class Entry(NamedTuple):
    """A fault's parameters and what it does: (fault, plan, the provider's error of its status) → plan.

    `said` is what it does before that to what the model says.
    """

    model: type[Fault]
    strike: Callable[[Any, Plan, Plan], Plan]
    said: Callable[[Any, Generation], Generation] = lambda _fault, generation: generation


FAULTS: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        "status": Entry(Status, status),
        "stall": Entry(Stall, stall),
        "cut": Entry(Cut, cut),
        "in_band_error": Entry(InBandError, in_band_error),
        "finish": Entry(Finish, finish, ended),
    }
)
AnyFault = Annotated[Status | Stall | Cut | InBandError | Finish, Field(discriminator="do")]


def chosen(faults: Sequence[AnyFault], who: Struck) -> AnyFault | None:
    """The first fault of the list that applies to this attempt."""
    return next((fault for fault in faults if applies(fault, who)), None)


def uttered(fault: AnyFault | None, generation: Generation) -> Generation:
    """What the model says under a fault."""
    return generation if fault is None else FAULTS[fault.do].said(fault, generation)


def struck(fault: AnyFault, plan: Plan, error: Plan) -> Plan:
    """The plan as the fault leaves it; the name of the fault goes with it into the journal."""
    return msgspec.structs.replace(FAULTS[fault.do].strike(fault, plan, error), fault=fault.do)
