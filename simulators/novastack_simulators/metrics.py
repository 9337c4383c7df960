"""What an upstream answered, counted for Prometheus: what has ended is counted here, the rest is kept anyway. Pure.

Labels come from the profile and from what is armed, never from a request: a model that is not served is `other`, and so
is every fault beyond the first FAULTS names.
"""

from typing import Final

import msgspec

from novastack_simulators.dialects import Dialect
from novastack_simulators.journal import Entry
from novastack_simulators.profile import Profile

FAULTS: Final = 100
OTHER: Final = "other"


class Row(msgspec.Struct, gc=False):
    """Requests of one model, streamed or not, that ended with one status; the tokens are the journal's."""

    requests: int = 0
    cancels: int = 0
    prompt: int = 0
    completion: int = 0
    sent: int = 0


Kind = tuple[str | None, bool, int | None]


class Metrics:
    """What ended since the last reset, and how many answers are `in_flight`. `models` are those that are served."""

    def __init__(self) -> None:
        self.models: frozenset[str] = frozenset()
        self.in_flight = 0
        self.rows: dict[Kind, Row] = {}
        self.faults: dict[str, int] = {}

    def ended(self, entry: Entry) -> None:
        """Its answer is over, one way or the other."""
        self.in_flight -= 1
        row = self.rows.get((entry.model, entry.stream, entry.status)) or self._row(entry)
        row.requests += 1
        tokens = entry.tokens
        row.prompt += tokens.prompt
        row.completion += tokens.completion
        row.sent += tokens.sent
        if entry.cancelled_at is not None:
            row.cancels += 1
        if entry.fault is not None:
            self._struck(entry.fault)

    def _row(self, entry: Entry) -> Row:
        """What is not served has no row of its own."""
        model = entry.model if entry.model is None or entry.model in self.models else OTHER
        return self.rows.setdefault((model, entry.stream, entry.status), Row())

    def _struck(self, fault: str) -> None:
        name = fault if fault in self.faults or len(self.faults) < FAULTS else OTHER
        self.faults[name] = self.faults.get(name, 0) + 1

    def clear(self) -> None:
        """Forgets what ended; what is under way goes on."""
        self.rows.clear()
        self.faults.clear()


def served(profile: Profile, dialect: Dialect) -> frozenset[str]:
    """All models that a request can be answered by."""
    embedding = profile.embeddings.models if profile.embeddings else ()
    also = (name for each in (dialect, *dialect.branches.values()) for name in each.also)
    return frozenset((*profile.models, *embedding, *also))
