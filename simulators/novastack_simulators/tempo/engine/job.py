"""A request in the engine: a Job, and a Sequence for each of its choices; what became of it, as Times."""

from array import array
from typing import NamedTuple

import msgspec

from novastack_simulators.plan import Ticket


class Job(msgspec.Struct, kw_only=True, eq=False):
    """One request. `told` of its `total` tokens, over all choices, have been told of; `unfinished` counts choices."""

    number: int
    ticket: Ticket
    arrived: float
    total: int
    unfinished: int
    sequences: "tuple[Sequence, ...]" = ()
    queued: float | None = None
    scheduled: float | None = None
    told: int = 0


class Sequence(msgspec.Struct, kw_only=True, eq=False):
    """One choice of a job; `order` tells it from all others of its replica.

    `length`: the tokens to compute before the next one is made: the prompt, and after a preemption what was made too.
    `computed` of them are in the KV cache, the leading `named` blocks by digest and `own` others. Once all are, it
    makes a token at the end of each step from `first` to `last`; `made` counts those of earlier spans.
    """

    job: Job
    order: int
    prefix: tuple[bytes, ...]
    want: int
    length: int
    computed: int = 0
    named: int = 0
    own: int = 0
    kept_after: int = 0
    made: int = 0
    first: int = -1
    last: int = -1
    preempted: int = 0
    tokens: "array[float]" = msgspec.field(default_factory=lambda: array("d"))


class Made(NamedTuple):
    """At `at` job `number` has made `tokens` in all, over all its choices; `done`: they are all."""

    number: int
    at: float
    tokens: int
    done: bool


class Refused(NamedTuple):
    """Why a request is not taken: `requests` or `tokens`, a cap of the queue; `size`, it would fill the KV cache."""

    reason: str


class Times(NamedTuple):
    """When a request arrived, was queued, was first scheduled, and made each token of each choice; None: not yet."""

    arrived: float
    queued: float | None
    scheduled: float | None
    tokens: "tuple[array[float], ...]"

    @property
    def first(self) -> float | None:
        """When the first token was made."""
        return min((made[0] for made in self.tokens if made), default=None)

    @property
    def last(self) -> float | None:
        """When the latest one was made."""
        return max((made[-1] for made in self.tokens if made), default=None)
