"""The simulated upstreams of a test by name."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Unpack

from novastack.testing.entry import Entry
from novastack.testing.handle import Simulator
from novastack.testing.words import Query


class Simulators(Mapping[str, Simulator]):
    """A fleet; an upstream that is not in it is an error that names those that are."""

    def __init__(self, simulators: Iterable[Simulator]) -> None:
        self._known = {simulator.name: simulator for simulator in simulators}

    def __getitem__(self, name: str) -> Simulator:
        if name not in self._known:
            raise KeyError(f"no simulator {name!r}: there are {', '.join(self._known)}")
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def entries(self, **query: Unpack[Query]) -> list[Entry]:
        """What arrived at all of them, in the order of arrival: who was asked first, and who then."""
        __tracebackhide__ = True
        found = [entry for simulator in self.values() for entry in simulator.journal.entries(**query)]
        return sorted(found, key=lambda entry: entry.arrived)

    def reset(self) -> None:
        __tracebackhide__ = True
        for simulator in self.values():
            simulator.reset()
