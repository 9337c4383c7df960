"""What arrived at one simulator in one scope: read, verified, waited for."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, Final, Self, Unpack

import msgspec

from novastack.testing.control import Control, ControlError
from novastack.testing.entry import Entry
from novastack.testing.words import Query

LATE: Final = 408


class Journal:
    """The requests of one test, oldest first."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._open: list[Verification] = []

    def entries(self, *, limit: int | None = None, **query: Unpack[Query]) -> list[Entry]:
        """The requests that are meant; of more than `limit` the newest."""
        __tracebackhide__ = True
        found = self._control.get("/journal", {"limit": limit, **query})["entries"]
        return msgspec.convert(found, list[Entry])

    def count(self, **query: Unpack[Query]) -> int:
        """How many are meant."""
        __tracebackhide__ = True
        return int(self._control.get("/journal/count", query)["count"])

    @property
    def last(self) -> Entry:
        """The newest request. Raises AssertionError if none has arrived."""
        __tracebackhide__ = True
        found = self.entries(limit=1)
        if not found:
            raise AssertionError("no request has arrived")
        return found[0]

    def verify(self, **query: Unpack[Query]) -> "Verification":
        """A claim about the requests that are meant: say with `exactly`, `never`, … what is claimed."""
        verification = Verification(self._control, query)
        self._open.append(verification)
        return verification

    def wait_for(self, *, count: int = 1, timeout: float = 2.0, **query: Unpack[Query]) -> list[Entry]:
        """Those that are meant, as soon as there are `count`. Raises AssertionError after `timeout` seconds.

        A request is there when it arrives; `ended=True` or `cancelled=True` wait for its end.
        """
        __tracebackhide__ = True
        try:
            self._control.get("/journal/wait", {"count": count, "timeout": timeout, **query}, within=timeout)
        except ControlError as error:
            if error.status != LATE:
                raise
            raise AssertionError(str(error)) from None
        return self.entries(**query)

    async def wait_for_async(self, *, count: int = 1, timeout: float = 2.0, **query: Unpack[Query]) -> list[Entry]:  # noqa: ASYNC109 - the simulator waits
        """The same for asyncio: the loop goes on, so that what is waited for may come from it."""
        __tracebackhide__ = True
        return await asyncio.to_thread(lambda: self.wait_for(count=count, timeout=timeout, **query))

    def __len__(self) -> int:
        return self.count()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries())

    def settle(self) -> None:
        """Raises AssertionError if something was to be verified and nothing was claimed: such a test cannot fail."""
        __tracebackhide__ = True
        silent = [verification for verification in self._open if not verification.claimed]
        self._open.clear()
        if silent:
            raise AssertionError(f"{silent[0]} claims nothing: add .exactly(n), .at_least(n), .never() or another")


class Verification:
    """Claims about the requests that a query means. One that is not true raises AssertionError with what was found."""

    def __init__(self, control: Control, query: Mapping[str, Any]) -> None:
        self._control = control
        self._query = dict(query)
        self.claimed = False

    def exactly(self, count: int) -> Self:
        __tracebackhide__ = True
        return self._claim(exactly=count)

    def at_least(self, count: int) -> Self:
        __tracebackhide__ = True
        return self._claim(at_least=count)

    def at_most(self, count: int) -> Self:
        __tracebackhide__ = True
        return self._claim(at_most=count)

    def never(self) -> Self:
        __tracebackhide__ = True
        return self._claim(never=True)

    def in_order(self, *queries: Query) -> Self:
        """Each query means one request, after that of the query before; others may stand in between."""
        __tracebackhide__ = True
        return self._claim(in_order=queries)

    def _claim(self, **claim: Any) -> Self:
        __tracebackhide__ = True
        self.claimed = True
        verdict = self._control.post("/journal/verify", {"query": self._query, **claim})
        if not verdict["ok"]:
            raise AssertionError(verdict["message"])
        return self

    def __str__(self) -> str:
        return f"verify({', '.join(f'{name}={value!r}' for name, value in self._query.items())})"
