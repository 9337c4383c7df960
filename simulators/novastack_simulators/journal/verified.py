"""Whether a claim is true. One that is not says what was wanted, what was found, and what came nearest."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from novastack_simulators.journal.claim import Claim, plural
from novastack_simulators.journal.entry import Differs, Entry, Summary
from novastack_simulators.journal.journal import Journal
from novastack_simulators.journal.line import told
from novastack_simulators.journal.query import Query, shown
from novastack_simulators.journal.reading import Steps, meant

SHOWN: Final = 5
NEAREST: Final = 3
BRIEF: Final = (
    "sequence", "upstream", "request_id", "canary", "scope", "attempt", "method", "path", "model", "stream", "status",
    "fault", "stub", "expectation", "arrived", "ended", "cancelled_at",
)  # fmt: skip


class Miss(NamedTuple):
    """An entry that was not meant, and all that kept it from it."""

    entry: Entry
    differs: tuple[Differs, ...]


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """`message` is for reading; `entries` are a few of those `found`; `nearest` came nearest, if there are too few."""

    ok: bool
    message: str
    found: int
    entries: tuple[Entry, ...] = ()
    nearest: tuple[Miss, ...] = ()
    dropped: int = 0

    def told(self) -> dict[str, Any]:
        """As plain values."""
        nearest = [
            {"entry": told(miss.entry, BRIEF), "differs": [*map(msgspec.structs.asdict, miss.differs)]}
            for miss in self.nearest
        ]
        return {
            "ok": self.ok,
            "message": self.message,
            "found": self.found,
            "entries": [told(entry, BRIEF) for entry in self.entries],
            "nearest": nearest,
            "dropped": self.dropped,
        }


def verify(journal: Journal, claim: Claim) -> Steps[Verified]:
    """Looks at the journal as it is now."""
    if claim.in_order is not None:
        return (yield from _ordered(journal, claim, claim.in_order))
    return (yield from _counted(journal, claim))


def _counted(journal: Journal, claim: Claim) -> Steps[Verified]:
    number = 0
    first: list[Summary] = []
    for found in meant(journal, claim.query):
        number += len(found)
        first += found[: SHOWN - len(first)]
        yield
    few, many = number < claim.least, claim.most is not None and number > claim.most
    entries = _whole(journal, first)
    nearest = (yield from _nearest(journal, claim.query, 0)) if few else ()
    lines = [f"found {plural(number)}{_of(claim.query)}"]
    if few or many:
        lines = [f"expected {claim}, found {number or 'none'}", *_listed(entries, number)]
    return _verdict(journal, not few and not many, lines, number, entries, nearest)


def _ordered(journal: Journal, claim: Claim, queries: Sequence[Query]) -> Steps[Verified]:
    """Each query in turn takes the first entry after the one before it."""
    taken: list[Summary] = []
    for found in meant(journal, claim.query):
        for summary in found:
            if len(taken) < len(queries) and queries[len(taken)].holds(summary):
                taken.append(summary)
        yield
    entries = _whole(journal, taken)
    lines = [f"found {claim}"]
    if len(taken) == len(queries):
        return _verdict(journal, True, lines, len(taken), entries, ())
    missing, last = queries[len(taken)], taken[-1].sequence if taken else 0
    earlier = yield from _earlier(journal, missing, last)
    nearest = yield from _nearest(journal, missing, last)
    lines = [
        f"expected {claim}, found {f'only the first {len(taken)}' if taken else 'not even the first'}",
        *(
            f"  {place}. {query}: {_described(entry)}"
            for place, (query, entry) in enumerate(zip(queries, entries, strict=False), 1)
        ),
        f"  {len(taken) + 1}. {missing}: {_none(last, earlier)}",
    ]
    return _verdict(journal, False, lines, len(taken), entries, nearest)


def _verdict(
    journal: Journal, ok: bool, lines: Sequence[str], found: int, entries: Sequence[Entry], nearest: Sequence[Miss]
) -> Verified:
    dropped = journal.dropped
    notes = [] if ok or nearest or entries else ["the journal is empty"]
    notes += _misses(nearest)
    notes += [f"{dropped} older entries were dropped and could not be looked at"] if dropped else []
    message = "\n".join((*lines, *notes))
    return Verified(
        ok=ok, message=message, found=found, entries=tuple(entries[:SHOWN]), nearest=tuple(nearest), dropped=dropped
    )


def _nearest(journal: Journal, query: Query, after: int) -> Steps[tuple[Miss, ...]]:
    """The entries after a number with the fewest differences, of equals the newest."""
    best: list[tuple[int, int]] = []
    for found in meant(journal, Query(after=after)):
        missed = ((len(query.differs(each)), -each.sequence) for each in found)
        best = sorted((*best, *(each for each in missed if each[0])))[:NEAREST]
        yield
    entries = (journal.entry(-number) for _, number in best)
    return tuple(Miss(entry, query.differs(entry)) for entry in entries if entry is not None)


def _earlier(journal: Journal, query: Query, upto: int) -> Steps[int | None]:
    """The newest entry up to a number that a query means."""
    known = None
    for found in meant(journal, query):
        known = next((each.sequence for each in reversed(found) if each.sequence <= upto), known)
        yield
    return known


def _whole(journal: Journal, summaries: Iterable[Summary]) -> tuple[Entry, ...]:
    entries = (journal.entry(summary.sequence) for summary in summaries)
    return tuple(entry for entry in entries if entry is not None)


def _of(query: Query) -> str:
    return f" with {query}" if query.wanted else ""


def _listed(entries: Sequence[Entry], number: int) -> Iterator[str]:
    yield from (f"  {_described(entry)}" for entry in entries)
    if number > len(entries):
        yield f"  and {number - len(entries)} more"


def _misses(nearest: Sequence[Miss]) -> Iterator[str]:
    if nearest:
        yield "nearest:"
    for miss in nearest:
        yield f"  {_described(miss.entry)}"
        yield from (f"    {differs}" for differs in miss.differs)


def _none(last: int, earlier: int | None) -> str:
    after = f"none after #{last}" if last else "none"
    return after if earlier is None else f"{after}; #{earlier} is one, but it is not after it"


def _described(entry: Entry) -> str:
    """`#7 POST /chat/completions 200, attempt 2, canary "abcd"`: what is known of it, in a line."""
    status = "unanswered" if entry.status is None else str(entry.status)
    told_of = (name for name in ("attempt", "request_id", "canary", "scope", "model", "stub", "fault"))
    known = [f"{name} {shown(value)}" for name in told_of if (value := getattr(entry, name))]
    left = ["cancelled"] if entry.cancelled_at is not None else [] if entry.ended else ["under way"]
    return ", ".join((f"#{entry.sequence} {entry.method} {shown(entry.path)[1:-1]} {status}", *known, *left))
