"""What must hold of a request for a fault to apply to it: a condition of `when`, or a matcher of `where`. Pure."""

from typing import Any

import msgspec

from novastack_simulators.faults.when import CONDITIONS, Condition, Struck, When
from novastack_simulators.matching import Matcher, Where


class Timely(msgspec.Struct, frozen=True):
    """A condition of `when`, its value, and the mark of the fault."""

    condition: Condition
    value: Any
    mark: str

    def holds(self, struck: Struck) -> bool:
        return self.condition.holds(self.value, struck, self.mark)

    def told(self, struck: Struck) -> str:
        """A sentence that says whether it holds."""
        return self.condition.said(self.value, struck, self.mark).sentence(held=self.holds(struck))


class Matching(msgspec.Struct, frozen=True):
    """A matcher of `where`."""

    matcher: Matcher

    def holds(self, struck: Struck) -> bool:
        return struck.scene is not None and self.matcher.holds(struck.scene)

    def told(self, struck: Struck) -> str:
        """A sentence that says whether it holds."""
        if struck.scene is None:
            return f"nothing is known of the request, and {self.matcher.part} is wanted"
        line = self.matcher.explain(struck.scene)
        return f"{line.part} is {line.got}, {'as' if line.held else 'not as'} wanted: {line.wanted}"


Check = Timely | Matching


def checks(when: When, where: Where | None, mark: str) -> tuple[Check, ...]:
    """All of a fault's, those of `when` first: they cost least."""
    given = ((condition, getattr(when, word)) for word, condition in CONDITIONS.items())
    timely = tuple(Timely(condition, value, mark) for condition, value in given if value is not None)
    return (*timely, *(Matching(matcher) for matcher in (where.matchers if where else ())))
