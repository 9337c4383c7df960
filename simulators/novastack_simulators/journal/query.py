"""What is asked of a journal: all criteria that are given must hold, and each can say what it wanted and what it got.

A new criterion is one field of Query and, unless it is a field of the entry that must be equal, one row in CRITERIA.
"""

import operator
from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Self

import msgspec
from pydantic import Field

from novastack_simulators.journal.entry import Differs, Summary
from novastack_simulators.journal.masking import masked
from novastack_simulators.profile import Strict

LONGEST: Final = 200


class Criterion(NamedTuple):
    """What is read of an entry, when (got, wanted) holds, and how that is said."""

    read: Callable[[Summary], Any]
    holds: Callable[[Any, Any], bool] = operator.eq
    words: str = "{}"


CRITERIA: Final[Mapping[str, Criterion]] = MappingProxyType({
    "cancelled": Criterion(lambda entry: entry.cancelled_at is not None),
    "unmet": Criterion(lambda entry: entry.expectation is not None),
    "since": Criterion(operator.attrgetter("arrived"), operator.ge, "{} or later"),
    "until": Criterion(operator.attrgetter("arrived"), operator.lt, "before {}"),
    "after": Criterion(operator.attrgetter("sequence"), operator.gt, "above {}"),
})  # fmt: skip


class Wanted(NamedTuple):
    """One criterion of a query, with the value that is wanted."""

    name: str
    value: Any
    criterion: Criterion

    def holds(self, entry: Summary) -> bool:
        return self.criterion.holds(self.criterion.read(entry), self.value)

    def differs(self, entry: Summary) -> Differs:
        return Differs(self.name, self.words, shown(self.criterion.read(entry)))

    @property
    def words(self) -> str:
        return self.criterion.words.format(shown(self.value))


class Query(Strict):
    """Which entries are meant; none of the criteria means all.

    `key` is a fingerprint, `scope` "" the one without a name. `since` and `until` bound the arrival in unix seconds
    (`until` itself is outside), `after` is a sequence number. `cancelled`: the client left before the end. `unmet`: an
    expectation in the request was not met. `ended`: the answer is over.
    """

    request_id: str | None = None
    canary: str | None = None
    scope: str | None = None
    key: str | None = None
    method: str | None = None
    path: str | None = None
    model: str | None = None
    stream: bool | None = None
    attempt: int | None = Field(default=None, ge=1)
    status: int | None = None
    stub: str | None = None
    fault: str | None = None
    cancelled: bool | None = None
    unmet: bool | None = None
    ended: bool | None = None
    since: float | None = None
    until: float | None = None
    after: int | None = Field(default=None, ge=0)

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        given = ((name, getattr(self, name)) for name in Query.model_fields)
        return tuple(Wanted(name, value, _criterion(name)) for name, value in given if value is not None)

    def holds(self, entry: Summary) -> bool:
        for read, compare, value in self._tests:  # noqa: SIM110 - asked of every entry: a generator costs as much again
            if not compare(read(entry), value):
                return False
        return True

    @cached_property
    def _tests(self) -> tuple[tuple[Callable[[Summary], Any], Callable[[Any, Any], bool], Any], ...]:
        return tuple((wanted.criterion.read, wanted.criterion.holds, wanted.value) for wanted in self.wanted)

    def differs(self, entry: Summary) -> tuple[Differs, ...]:
        """What kept an entry from being meant."""
        return tuple(wanted.differs(entry) for wanted in self.wanted if not wanted.holds(entry))

    def also(self, scope: str | None) -> Self:
        """The same in a scope, unless it names one itself."""
        if scope is None or self.scope is not None:
            return self
        return type(self).model_validate({**self.model_dump(exclude_unset=True), "scope": scope})

    def __str__(self) -> str:
        """`canary "abcd" and status 200`; nothing where everything is meant."""
        words = [f"{wanted.name} {wanted.words}" for wanted in self.wanted]
        return " and ".join(words)


class Listing(Query):
    """At most `limit` of the entries that are meant: the newest, or with `after` the oldest after it (the next page)."""

    limit: int | None = Field(default=None, ge=0)


def _criterion(name: str) -> Criterion:
    return CRITERIA.get(name) or Criterion(operator.attrgetter(name))


def shown(value: Any) -> str:
    """A value as JSON, short and without a key; nothing for what is not there."""
    if value is None:
        return "nothing"
    text = masked(msgspec.json.encode(value).decode())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
