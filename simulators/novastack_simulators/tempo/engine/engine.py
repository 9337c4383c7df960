"""All replicas of a model behind one door. Pure: virtual time comes in as `now`, which never goes back.

What happens depends on the requests and their times alone, never on when or how often anybody looks.
"""

from collections.abc import Iterable
from typing import NamedTuple

from novastack_simulators.plan import Ticket
from novastack_simulators.profile.tempo import EngineTempo
from novastack_simulators.tempo.engine.job import Job, Made, Refused, Times
from novastack_simulators.tempo.engine.replica import Replica, Watch


class Gauges(NamedTuple):
    """What vLLM's metrics tell of all replicas; `queried` and `hits` are in tokens, `usage` is the mean share."""

    running: int
    waiting: int
    usage: float
    preemptions: int
    queried: int
    hits: int


class Engine:
    """A request goes to the replica with the fewest that are not done, the first of those.

    `watch` is told of each step: its start, its end, and what it has to do.
    """

    def __init__(self, tempo: EngineTempo, watch: Watch | None = None) -> None:
        self._tempo = tempo
        self._replicas = [Replica(tempo, watch) for _ in range(tempo.replicas)]
        self._jobs: dict[int, tuple[Replica, Job]] = {}
        self._taken = 0

    def submit(self, now: float, ticket: Ticket) -> int | Refused:
        """Takes a request, and returns the number that it is known by."""
        self.run(now)
        # Even an empty answer takes the step that makes its end, and an empty prompt one token to begin with.
        ticket = Ticket(
            max(1, ticket.prompt_tokens), tuple(max(1, want) for want in ticket.output_tokens), ticket.prefix
        )
        replica = min(self._replicas, key=_jobs)
        refused = self._refused(replica, ticket)
        if refused is not None:
            return refused
        self._taken += 1
        job = Job(
            number=self._taken,
            ticket=ticket,
            arrived=now,
            total=sum(ticket.output_tokens),
            unfinished=len(ticket.output_tokens),
        )
        self._jobs[job.number] = (replica, job)
        replica.submit(job, now)
        return job.number

    def cancel(self, number: int, now: float) -> None:
        """Drops a request that may not be done; what it had is free for others at once."""
        self.run(now)
        replica, job = self._jobs[number]
        if job.unfinished:
            replica.cancel(job, now)

    def next(self) -> float | None:
        """When something happens next, if nothing comes in before: look again then. None: nothing will."""
        return min((at for at in (replica.next() for replica in self._replicas) if at is not None), default=None)

    def run(self, until: float) -> None:
        """All that happens until then, at a cost that does not grow with the batch."""
        for replica in self._replicas:
            replica.run(until)

    def advance(self, now: float) -> Iterable[Made]:
        """Runs until now; the tokens made that were not told of before, in the order of time."""
        self.run(now)
        if len(self._replicas) == 1:
            return self._replicas[0].tell()
        return sorted((made for replica in self._replicas for made in replica.tell()), key=_at)

    def times(self, number: int) -> Times:
        """What became of a request until now."""
        replica, job = self._jobs[number]
        return Times(job.arrived, job.queued, job.scheduled, tuple(replica.tokens(job)))

    def forget(self, number: int) -> None:
        """Forgets a request that is done, or was cancelled."""
        del self._jobs[number]

    @property
    def gauges(self) -> Gauges:
        batches = [replica.batch for replica in self._replicas]
        return Gauges(
            running=sum(batch.running for batch in batches),
            waiting=sum(replica.waiting for replica in self._replicas),
            usage=sum(batch.memory.blocks.usage for batch in batches) / len(batches),
            preemptions=sum(batch.preemptions for batch in batches),
            queried=sum(batch.queried for batch in batches),
            hits=sum(batch.hits for batch in batches),
        )

    def _refused(self, replica: Replica, ticket: Ticket) -> Refused | None:
        tempo = self._tempo
        # The longest choice alone must fit, with all but its last token in the cache.
        longest = ticket.prompt_tokens + max(ticket.output_tokens) - 1
        if longest > tempo.kv_blocks.value * tempo.block_size.value:
            return Refused("size")
        if tempo.max_waiting_requests is not None and replica.queued_requests >= tempo.max_waiting_requests.value:
            return Refused("requests")
        queued = replica.queued_tokens + ticket.prompt_tokens
        if tempo.max_waiting_tokens is not None and queued > tempo.max_waiting_tokens.value:
            return Refused("tokens")
        return None


def _jobs(replica: Replica) -> int:
    return replica.jobs


def _at(made: Made) -> float:
    return made.at
