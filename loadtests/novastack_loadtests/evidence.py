"""What a verdict may look at: the client's ledger, and the journals joined to it when they are complete.

Rule of this file: pure, and only facts; no verdict is hidden in here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from novastack_loadtests.join import Join, join
from novastack_loadtests.journals import Entry, Journal, covering
from novastack_loadtests.ledger import Ledger, Record


@dataclass(frozen=True)
class Evidence:
    """`blind` says why the journals are not used, or is None when they are."""

    ledger: Ledger
    journals: Join | None
    blind: str | None

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """The run's requests; the probe is none of them."""
        return self.ledger.records

    @cached_property
    def fulfilled(self) -> tuple[Record, ...]:
        """Every request that got a 200, whole or not."""
        return tuple(record for record in self.records if record.reply.status == 200)

    def seen(self, record: Record) -> tuple[Entry, ...]:
        """What reached the upstreams for this request; nothing when there are no journals."""
        return self.journals.by_id.get(record.call.id, ()) if self.journals else ()

    def served(self, record: Record) -> frozenset[str]:
        """The upstreams that answered it with a 200, by the journals."""
        return frozenset(entry.upstream for entry in self.seen(record) if entry.status == 200)

    @property
    def basis(self) -> str:
        return "ledger and journals" if self.journals else "ledger only"


def gather(ledger: Ledger, journals: Iterable[Journal]) -> Evidence:
    """Joins the two sides; journals that do not cover every upstream of the run are not used at all."""
    read = tuple(journals)
    if not read:
        return Evidence(ledger, None, "no simulators were named")
    records = (*ledger.records, *((ledger.probe,) if ledger.probe else ()))
    joined = join(ledger.plan.run, (record.call for record in records), read)
    blind = covering(read, {record.call.expected for record in records}) or _elsewhere(records, joined)
    return Evidence(ledger, None if blind else joined, blind)


def _elsewhere(records: Iterable[Record], joined: Join) -> str | None:
    """Why these are not the upstreams of this gateway: nothing reached them, and no answer repeats its canary.

    An answer that repeats its canary was made by a simulator: if no journal has it, that is a finding, not an excuse.
    """
    answers = [record for record in records if record.reply.status == 200]
    echoed = any(record.call.canary in record.reply.canaries for record in answers)
    if answers and not joined.by_id and not echoed:
        return "the simulators saw nothing of this run: the gateway has other upstreams"
    return None
