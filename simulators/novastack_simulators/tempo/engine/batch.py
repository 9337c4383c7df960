"""The sequences of one replica, and what each step does for them. Knows steps by number, not by time.

As vLLM 0.11 schedules (v1/core/sched/scheduler.py): at each step the running sequences come first, in the order in
which they were admitted, each with one token or with the next chunk of its prompt; what is left of the token budget
goes to the queue, first come, first served. Where blocks run out, the sequence admitted last is preempted: it goes
back to the head of the queue, and all that it had is computed again, but for what the prefix cache still holds.

Sequences that generate go on together, a token a step, so nothing is done per sequence and step: a sequence is a span
of steps, and those that need a block at a step are counted by the remainder of the step's number, since each of them
needs one every `size` steps.
"""

from collections import defaultdict, deque
from typing import NamedTuple

from novastack_simulators.tempo.engine.cost import Load
from novastack_simulators.tempo.engine.job import Sequence
from novastack_simulators.tempo.engine.memory import Memory


class Span(NamedTuple):
    """Steps at whose ends a sequence made tokens: from `first` up to, not with, `end`."""

    sequence: Sequence
    first: int
    end: int


class Bounds(NamedTuple):
    """`max_num_seqs` and `max_num_batched_tokens`."""

    sequences: int
    tokens: int


class Batch:
    """Waiting sequences, at most one whose prompt is half computed, and those that generate, in order of admission.

    `closed` collects spans that have ended; `admitted` the sequences that left the queue. Whoever drives the batch
    empties both.
    """

    def __init__(self, memory: Memory, bounds: Bounds) -> None:
        self.memory = memory
        self._bounds = bounds
        self.waiting: deque[Sequence] = deque()
        self.chunking: Sequence | None = None
        self.generating: dict[int, Sequence] = {}
        self.joining: list[Sequence] = []
        self.admitted: list[Sequence] = []
        self.closed: list[Span] = []
        self._leaving: defaultdict[int, list[Sequence]] = defaultdict(list)
        self._crossings = [0] * memory.size
        self._context = 0
        self.preemptions = 0
        self.queried = 0
        self.hits = 0

    @property
    def running(self) -> int:
        """How many sequences have left the queue and are not done."""
        return len(self.generating) + len(self.joining) + (self.chunking is not None)

    @property
    def busy(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.generating or self.chunking or self.waiting)

    def plan(self, step: int) -> Load:
        """Decides what a step does, and gives out the blocks for it."""
        preempted = self.preemptions
        self._grow(step)
        generating = len(self.generating)
        load = Load(tokens=generating, sequences=generating, pairs=0.0, context=self._context)
        if self.chunking is not None:
            load = self._continued(load, step)
        if self.preemptions == preempted:
            load = self._admitted(load)
        return load

    def settle(self, step: int) -> None:
        """A step is over: each sequence has its token, some are done, others begin to generate."""
        self._context += len(self.generating)
        for sequence in self._leaving.pop(step, ()):
            if sequence.last == step:
                self._stop(sequence, step + 1)
                self.memory.release(sequence, sequence.length + step - sequence.first, again=False)
        joining, self.joining = self.joining, []
        for sequence in joining:
            self._join(sequence, step)

    def remove(self, sequence: Sequence, step: int, *, under_way: bool) -> None:
        """Takes a sequence out, wherever it is, between two steps or while step `step` is under way."""
        if sequence.order in self.generating:
            self._stop(sequence, step)
            self.memory.release(sequence, sequence.length + step - sequence.first - (not under_way), again=False)
        elif sequence in self.waiting:
            self.waiting.remove(sequence)
        elif sequence is self.chunking or sequence in self.joining:
            self.joining = [each for each in self.joining if each is not sequence]
            self.chunking = None if sequence is self.chunking else self.chunking
            self.memory.release(sequence, sequence.computed, again=False)

    def _grow(self, step: int) -> None:
        """A block for each sequence that generates and whose last one is full."""
        place = step % self.memory.size
        while self._crossings[place] > self.memory.blocks.free:
            self._preempt(step)
        self.memory.blocks.take(self._crossings[place])

    def _continued(self, load: Load, step: int) -> Load:
        """The next chunk of the prompt that is half computed."""
        sequence = self.chunking
        assert sequence is not None
        tokens = min(sequence.length - sequence.computed, self._bounds.tokens - load.tokens)
        if not self.memory.extend(sequence, tokens):
            self._preempt(step)
            return load
        self.chunking = None
        return self._computed(sequence, tokens, load)

    def _admitted(self, load: Load) -> Load:
        """First come, first served, until the budget, the sequences or the blocks are used up."""
        while self.waiting and load.tokens < self._bounds.tokens and self.running < self._bounds.sequences:
            sequence = self.waiting[0]
            hit = self.memory.hit(sequence)
            cached = sum(hit) * self.memory.size
            tokens = min(sequence.length - cached, self._bounds.tokens - load.tokens)
            if not self.memory.admit(sequence, hit, tokens):
                break
            self.admitted.append(self.waiting.popleft())
            if not sequence.preempted:
                self.queried += sequence.length
                self.hits += cached
            load = self._computed(sequence, tokens, load)
        return load

    def _computed(self, sequence: Sequence, tokens: int, load: Load) -> Load:
        """Puts a piece of a prompt into the step."""
        pairs = tokens * (sequence.computed + (tokens + 1) / 2)
        sequence.computed += tokens
        if sequence.computed == sequence.length:
            self.joining.append(sequence)
        else:
            self.chunking = sequence
        return Load(load.tokens + tokens, load.sequences + 1, load.pairs + pairs, load.context)

    def _join(self, sequence: Sequence, step: int) -> None:
        """The whole prompt is computed: its step makes the first token."""
        sequence.first, sequence.last = step, step + sequence.want - sequence.made - 1
        if sequence.last == step:
            self.closed.append(Span(sequence, step, step + 1))
            sequence.made += 1
            self.memory.release(sequence, sequence.length, again=False)
            return
        self.generating[sequence.order] = sequence
        self._leaving[sequence.last].append(sequence)
        self._crossings[self._place(sequence)] += 1
        self._context += sequence.length

    def _place(self, sequence: Sequence) -> int:
        """The remainder of those steps at which it needs a new block."""
        return (sequence.first + 1 - sequence.length) % self.memory.size

    def _stop(self, sequence: Sequence, step: int) -> None:
        """It has made tokens at the ends of the steps before `step`, and makes no more for now."""
        del self.generating[sequence.order]
        self._crossings[self._place(sequence)] -= 1
        self._context -= sequence.length + step - 1 - sequence.first
        self.closed.append(Span(sequence, sequence.first, step))
        sequence.made += step - sequence.first
        sequence.last = -1

    def _preempt(self, step: int) -> None:
        """Sends the sequence admitted last back to the head of the queue."""
        self.preemptions += 1
        sequence = self.chunking
        if sequence is not None:
            self.chunking = None
            self.memory.release(sequence, sequence.computed, again=True)
        else:
            sequence = next(reversed(self.generating.values()))
            self._stop(sequence, step)
            self.memory.release(sequence, sequence.length + step - 1 - sequence.first, again=True)
            sequence.length = sequence.job.ticket.prompt_tokens + sequence.made
        sequence.preempted += 1
        self.waiting.appendleft(sequence)
