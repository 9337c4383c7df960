"""One copy of the model in virtual time: requests pass its front end, and its batch runs step after step.

A step starts where the one before ended, however late that is looked at, or when a request is queued while the replica
is idle. It takes in all that is queued at its start, even what comes at that very moment: so a step is begun only when
time has gone past its start.
"""

import math
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from novastack_simulators.profile.tempo import EngineTempo
from novastack_simulators.tempo.engine.batch import Batch, Bounds, Span
from novastack_simulators.tempo.engine.blocks import Blocks
from novastack_simulators.tempo.engine.cost import Load, cost
from novastack_simulators.tempo.engine.frontend import Frontend
from novastack_simulators.tempo.engine.job import Job, Made, Sequence
from novastack_simulators.tempo.engine.memory import Memory

Watch = Callable[[float, float, Load], None]
#: Ends of steps that are kept before those that nobody needs are forgotten.
KEPT: Final = 65_536


class Replica:
    """`jobs` counts those not done; `queued_requests` and `queued_tokens` those that no step has taken up.

    `watch` is told of each step when it begins: its start, its end, and what it has to do.
    """

    def __init__(self, tempo: EngineTempo, watch: Watch | None = None) -> None:
        self._cost = cost(tempo)
        self._watch = watch
        memory = Memory(Blocks(int(tempo.kv_blocks.value)), int(tempo.block_size.value))
        bounds = Bounds(int(tempo.max_num_seqs.value), int(tempo.max_num_batched_tokens.value))
        self.batch = Batch(memory, bounds)
        self._frontend: Frontend[Job] = Frontend(tempo.terms.arrival.value)
        self._ready: deque[Job] = deque()
        self._sequences = 0
        # Between two steps `_end` is when the last one ended; while one is under way, when it will.
        self._end = -math.inf
        self._under_way = False
        # The end of step n is `_ends[n - _forgotten]`; those before `_untold` have been told of.
        self._ends = array("d")
        self._forgotten = 0
        self._untold = 0
        self._spans: list[Span] = []
        self._keep = KEPT
        self.jobs = 0
        self.queued_requests = 0
        self.queued_tokens = 0

    @property
    def step(self) -> int:
        """The number of the step that is under way, or comes next."""
        return self._forgotten + len(self._ends)

    @property
    def waiting(self) -> int:
        """Sequences in the queue."""
        return len(self.batch.waiting) + sum(len(job.sequences) for job in self._ready)

    def next(self) -> float | None:
        """When the step under way ends, or, between two steps, when the next one has begun."""
        if self._under_way:
            return self._end
        start = self._start()
        return None if start is None else math.nextafter(start, math.inf)

    def submit(self, job: Job, now: float) -> None:
        """Takes a request in; the replica must have run until now."""
        self._leave(now)
        first, ticket = self._sequences, job.ticket
        prefix = self._prefix(job)
        job.sequences = tuple(
            Sequence(job=job, order=first + index, prefix=prefix, want=want, length=ticket.prompt_tokens)
            for index, want in enumerate(ticket.output_tokens)
        )
        self._sequences += len(job.sequences)
        self.jobs += 1
        self.queued_requests += 1
        self.queued_tokens += ticket.prompt_tokens
        self._frontend.arrive(now, job)

    def cancel(self, job: Job, now: float) -> None:
        """Drops a request; the replica must have run until now. A step under way takes as long as it would have."""
        self._leave(now)
        if job in self._ready:
            self._ready.remove(job)
        elif not self._frontend.remove(now, job):
            for sequence in job.sequences:
                self.batch.remove(sequence, self.step, under_way=self._under_way)
            self._closed()
        self._taken_up(job)
        job.unfinished = 0
        self.jobs -= 1

    def run(self, until: float) -> None:
        """All steps that start before `until` and end at or before it."""
        while True:
            if not self._under_way:
                start = self._start()
                if start is None or start >= until:
                    return
                self._begin(start)
            if self._end > until:
                return
            self._finish()

    def tell(self) -> list[Made]:
        """The tokens made since the last time, in the order of time."""
        told: list[Made] = []
        first, self._untold = self._untold, self.step
        spans, self._spans = self._spans, []
        for step in range(first, self._untold):
            at = self._ends[step - self._forgotten]
            told.extend(_made(span.sequence.job, at) for span in spans if span.first <= step < span.end)
            told.extend(_made(each.job, at) for each in self.batch.generating.values() if each.first <= step)
        if len(self._ends) > self._keep:
            self._forget()
        return told

    def tokens(self, job: Job) -> Iterator["array[float]"]:
        """When each token of each choice was made."""
        for sequence in job.sequences:
            live = sequence.order in self.batch.generating
            yield sequence.tokens + self._ends[sequence.first - self._forgotten :] if live else sequence.tokens[:]

    def _prefix(self, job: Job) -> tuple[bytes, ...]:
        """The digests of the prompt's full blocks; choices of one job share a prompt that nobody else knows."""
        full = job.ticket.prompt_tokens // self.batch.memory.size
        if job.ticket.prefix or len(job.ticket.output_tokens) == 1:
            return job.ticket.prefix[:full]
        return tuple(b"%d/%d" % (job.number, block) for block in range(full))

    def _start(self) -> float | None:
        """When the next step starts, as far as can be known now."""
        if self.batch.busy:
            return self._end
        first = self._ready[0].queued if self._ready else self._frontend.due
        return None if first is None else max(first, self._end)

    def _leave(self, until: float) -> None:
        """Those who are through the front end until then are ready to be queued."""
        due = self._frontend.due
        while due is not None and due <= until:
            left, job = self._frontend.leave()
            job.queued = left
            self._ready.append(job)
            due = self._frontend.due

    def _begin(self, start: float) -> None:
        self._leave(start)
        while self._ready and (self._ready[0].queued or 0.0) <= start:
            self.batch.waiting.extend(self._ready.popleft().sequences)
        load = self.batch.plan(self.step)
        self._closed()
        for sequence in self.batch.admitted:
            self._taken_up(sequence.job)
            if sequence.job.scheduled is None:
                sequence.job.scheduled = start
        self.batch.admitted.clear()
        self._end = start + self._cost.of(load)
        self._under_way = True
        if self._watch is not None:
            self._watch(start, self._end, load)

    def _taken_up(self, job: Job) -> None:
        if job.scheduled is None and job.unfinished:
            self.queued_requests -= 1
            self.queued_tokens -= job.ticket.prompt_tokens

    def _finish(self) -> None:
        self._under_way = False
        step = self.step
        self._ends.append(self._end)
        self.batch.settle(step)
        self._closed()

    def _closed(self) -> None:
        """Writes down the times of the tokens of spans that have ended."""
        for span in self.batch.closed:
            sequence, job = span.sequence, span.sequence.job
            sequence.tokens.extend(self._ends[span.first - self._forgotten : span.end - self._forgotten])
            self._spans.append(span)
            if sequence.made == sequence.want:
                job.unfinished -= 1
                self.jobs -= not job.unfinished
        self.batch.closed.clear()

    def _forget(self) -> None:
        """Forgets the ends of steps before the oldest span that is still open."""
        oldest = min((each.first for each in self.batch.generating.values()), default=self._untold)
        del self._ends[: oldest - self._forgotten]
        self._forgotten = oldest
        self._keep = len(self._ends) + KEPT


def _made(job: Job, at: float) -> Made:
    job.told += 1
    return Made(job.number, at, job.told, job.told == job.total)
