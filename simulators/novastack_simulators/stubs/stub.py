"""A stub: a name, a priority, when it applies and what it replies."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from novastack_simulators.matching.match import Line, Match
from novastack_simulators.matching.scene import Scene
from novastack_simulators.profile import Strict
from novastack_simulators.stubs.reply import Reply


class Stub(Strict):
    """A canned reply. Of the stubs that match, the one of the highest `priority` replies."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    priority: int
    match: Match = Match()
    reply: Reply

    def matches(self, scene: Scene) -> bool:
        return all(matcher.holds(scene) for matcher in self.match.matchers)

    def explain(self, scene: Scene) -> tuple[Line, ...]:
        """What each matcher wanted, what it got, and whether it held."""
        return tuple(matcher.explain(scene) for matcher in self.match.matchers)


def distinct(stubs: tuple[Stub, ...]) -> tuple[Stub, ...]:
    """The stubs. Raises ValueError if two have one name."""
    if twice := repeated([stub.name for stub in stubs]):
        places = ", ".join(f"[{index}]" for index, stub in enumerate(stubs) if stub.name == twice[0])
        raise ValueError(f"the name {twice[0]!r} is used more than once, at {places}")
    return stubs


def repeated(names: Sequence[str]) -> list[str]:
    """The names that occur more than once."""
    return sorted({name for name in names if names.count(name) > 1})


Stubs = Annotated[tuple[Stub, ...], AfterValidator(distinct)]
