"""The simulators' half of the double ledger: what arrived, what was sent, and when a client left."""

from novastack_simulators.journal.claim import Claim
from novastack_simulators.journal.entry import Differs, Entry, Nearest, Tokens
from novastack_simulators.journal.file import File
from novastack_simulators.journal.journal import Journal, Watch
from novastack_simulators.journal.keeping import Keeping
from novastack_simulators.journal.line import TOLD, batches, line, told
from novastack_simulators.journal.masking import MASK, fingerprint, is_credential, masked
from novastack_simulators.journal.query import Listing, Query, shown
from novastack_simulators.journal.reading import Steps, at_once, count, find, listed, meant
from novastack_simulators.journal.verified import Miss, Verified, verify
from novastack_simulators.journal.waiting import Follower, Waiter

__all__ = [
    "MASK",
    "TOLD",
    "Claim",
    "Differs",
    "Entry",
    "File",
    "Follower",
    "Journal",
    "Keeping",
    "Listing",
    "Miss",
    "Nearest",
    "Query",
    "Steps",
    "Tokens",
    "Verified",
    "Waiter",
    "Watch",
    "at_once",
    "batches",
    "count",
    "find",
    "fingerprint",
    "is_credential",
    "line",
    "listed",
    "masked",
    "meant",
    "shown",
    "told",
    "verify",
]
