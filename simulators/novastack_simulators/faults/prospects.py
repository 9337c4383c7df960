"""Which of the faults that are armed may strike a request: what no attempt at it changes is checked once. Pure."""

from collections.abc import Sequence
from typing import Final

import msgspec

from novastack_simulators.faults.check import Check, Matching
from novastack_simulators.faults.fault import Fault
from novastack_simulators.faults.when import Struck
from novastack_simulators.matching import ARRIVALS, Scene

# Who asks is known as long as the request is: one of another key is another request.
CHANGING: Final = ARRIVALS.keys() - {"key"}


class Prospects(msgspec.Struct, frozen=True):
    """The faults that may strike, in order, each with the checks that an attempt decides.

    Of all that are armed: `quota` says whether one asks if the account is over its quota, `arrival` whether one asks
    for what is only known of an arrival, as the stub that replies.
    """

    faults: tuple[tuple[Fault, tuple[Check, ...]], ...]
    quota: bool
    arrival: bool

    def chosen(self, struck: Struck) -> Fault | None:
        """The first that applies to this attempt: what `chosen` finds among all that are armed."""
        for fault, checks in self.faults:
            for check in checks:
                if not check.holds(struck):
                    break
            else:
                return fault
        return None


def prospects(faults: Sequence[Fault], scene: Scene | None) -> Prospects:
    """For a request as matchers see it; None: nothing is known of it."""
    return Prospects(
        faults=tuple((fault, tuple(filter(_changes, fault.checks))) for fault in faults if _possible(fault, scene)),
        quota=any(fault.when.over_quota is not None for fault in faults),
        arrival=any(_arrives(check) for fault in faults for check in fault.checks),
    )


def _possible(fault: Fault, scene: Scene | None) -> bool:
    """Whether all holds that is the same for every attempt."""
    nothing = Struck(0, b"", 1, scene=scene)
    return all(_changes(check) or check.holds(nothing) for check in fault.checks)


def _changes(check: Check) -> bool:
    return not isinstance(check, Matching) or _arrives(check)


def _arrives(check: Check) -> bool:
    return isinstance(check, Matching) and check.matcher.subject in CHANGING
