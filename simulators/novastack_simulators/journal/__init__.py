"""The simulators' half of the double ledger: what arrived, what was sent, and when a client left."""

from novastack_simulators.journal.entry import Differs, Entry, Nearest, Tokens
from novastack_simulators.journal.journal import Journal
from novastack_simulators.journal.masking import MASK, fingerprint, is_credential, masked

__all__ = ["MASK", "Differs", "Entry", "Journal", "Nearest", "Tokens", "fingerprint", "is_credential", "masked"]
