"""The double ledger: which journal entries belong to which request of the client.

Rule of this file: pure. An entry belongs to the request whose id it carries; where a gateway dropped the id, to the
request whose canary it carries.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from novastack_loadtests.call import Call
from novastack_loadtests.journals import Entry, Journal


@dataclass(frozen=True, kw_only=True)
class Join:
    """`by_id`: request id to its entries in order of arrival. `strays`: entries of this run that no client sent."""

    by_id: Mapping[str, tuple[Entry, ...]]
    strays: tuple[Entry, ...]


def join(run: str, calls: Iterable[Call], journals: Iterable[Journal]) -> Join:
    """Joins a run's calls with the journals; entries of other runs and of other clients are left out."""
    known = tuple(calls)
    ids = {call.id for call in known}
    by_canary = {call.canary: call.id for call in known}
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    strays: list[Entry] = []
    for entry in sorted((entry for journal in journals for entry in journal.entries), key=lambda each: each.arrived):
        owner = entry.request_id if entry.request_id in ids else by_canary.get(entry.canary or "")
        if owner is not None:
            found[owner].append(entry)
        elif _ours(run, entry):
            strays.append(entry)
    return Join(by_id={owner: tuple(entries) for owner, entries in found.items()}, strays=tuple(strays))


def _ours(run: str, entry: Entry) -> bool:
    marks = (f"load-{run}-", f"can-{run}-")
    return any(text.startswith(marks) for text in (entry.request_id, entry.canary) if text is not None)
