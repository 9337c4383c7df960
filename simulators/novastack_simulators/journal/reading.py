"""Reading a journal in steps, so that whoever serves others meanwhile can let them have their turn between two of them.

A reading is a generator: it yields after every STRIDE entries that it looked at, whether one of them was meant or not.
"""

from collections.abc import Generator, Iterator, Sequence
from typing import Final, TypeVar

from novastack_simulators.journal.entry import Entry, Summary
from novastack_simulators.journal.journal import Journal
from novastack_simulators.journal.query import Listing, Query

STRIDE: Final = 256
Result = TypeVar("Result")
Steps = Generator[None, None, Result]


def at_once(steps: Steps[Result]) -> Result:
    """The result, without a pause."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result


def meant(journal: Journal, query: Query) -> Iterator[list[Summary]]:
    """The entries that a query means, oldest first, in slices that may be empty."""
    return _meant(journal, query, journal.numbers(query))


def listed(journal: Journal, listing: Query) -> Iterator[list[Entry]]:
    """The same, whole, and no more than the limit of a Listing."""
    limit = listing.limit if isinstance(listing, Listing) else None
    numbers = journal.numbers(listing)
    if limit is not None and listing.after is None:
        numbers = yield from _newest(journal, listing, numbers, limit)
    for found in _meant(journal, listing, numbers):
        chosen = found if limit is None else found[:limit]
        yield [entry for each in chosen if (entry := journal.entry(each.sequence)) is not None]
        limit = None if limit is None else limit - len(chosen)
        if limit == 0:
            return


def find(journal: Journal, listing: Query) -> tuple[Entry, ...]:
    """The entries that are meant, oldest first."""
    return tuple(entry for found in listed(journal, listing) for entry in found)


def count(journal: Journal, query: Query) -> Steps[int]:
    """How many entries are meant."""
    number = 0
    for found in meant(journal, query):
        number += len(found)
        yield
    return number


def _meant(journal: Journal, query: Query, numbers: Sequence[int]) -> Iterator[list[Summary]]:
    for start in range(0, len(numbers), STRIDE):
        known = map(journal.summary, numbers[start : start + STRIDE])
        yield [summary for summary in known if summary is not None and query.holds(summary)]


def _newest(
    journal: Journal, query: Query, numbers: Sequence[int], limit: int
) -> Generator[list[Entry], None, Sequence[int]]:
    """The numbers of the newest that are meant; looks from the end, and no further back than it must."""
    found: list[int] = []
    for summaries in _meant(journal, query, numbers[::-1]) if limit else ():
        found += [summary.sequence for summary in summaries]
        if len(found) >= limit:
            break
        yield []
    return found[:limit][::-1]
