"""What the simulators saw: the entries of their journals, and whether they are complete.

Rule of this file: pure. A journal that cannot be read completely says why and is not judged by.
"""

from collections.abc import Iterable

import msgspec


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it reached an upstream. Other fields of the journal are not needed here and are left out."""

    upstream: str
    request_id: str | None = None
    canary: str | None = None
    status: int | None = None
    attempt: int = 1
    stream: bool = False
    arrived: float
    last_byte: float | None = None
    cancelled_at: float | None = None
    fault: str | None = None


class Journal(msgspec.Struct, frozen=True, kw_only=True):
    """`trouble` is None when the entries are all that arrived since the run began."""

    url: str
    upstream: str | None = None
    entries: tuple[Entry, ...] = ()
    dropped: int = 0
    trouble: str | None = None


def since(before: Journal, after: Journal) -> Journal:
    """The journal of a run, given what was read before and after it."""
    trouble = before.trouble or after.trouble
    if trouble is None and after.dropped > before.dropped:
        trouble = f"{after.url} dropped {after.dropped - before.dropped} journal entries during the run"
    return msgspec.structs.replace(after, trouble=trouble)


def covering(journals: Iterable[Journal], upstreams: Iterable[str]) -> str | None:
    """Why these journals cannot show everything that reached these upstreams, or None when they can."""
    known = tuple(journals)
    troubles = [journal.trouble for journal in known if journal.trouble]
    missing = sorted(set(upstreams) - {journal.upstream for journal in known})
    if troubles:
        return "; ".join(troubles)
    return f"no journal of {', '.join(missing)}" if missing else None
