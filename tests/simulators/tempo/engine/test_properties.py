"""What holds for every workload: nothing is lost, nobody overtakes, no block is given twice, no look changes anything."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novastack_simulators.plan import Ticket
from novastack_simulators.profile import EngineTempo
from novastack_simulators.tempo.engine import Engine, Made, Refused
from novastack_simulators.tempo.engine.cost import Load
from novastack_simulators.tempo.engine.replica import Replica

Tempos = Callable[..., EngineTempo]


class Arrival(NamedTuple):
    """A request: seconds after the one before, its prompt and choices, whose prompt it shares, when it is cancelled."""

    wait: float
    prompt: int
    outputs: tuple[int, ...]
    family: int
    patience: float

    def ticket(self, size: int) -> Ticket:
        blocks = self.prompt // size if self.family else 0
        return Ticket(self.prompt, self.outputs, tuple(b"%d/%d" % (self.family, block) for block in range(blocks)))


ARRIVALS = st.lists(
    st.builds(
        Arrival,
        wait=st.sampled_from([0.0, 0.001, 0.01, 0.03, 0.2]) | st.floats(0, 0.1),
        prompt=st.integers(1, 60),
        outputs=st.lists(st.integers(1, 30), min_size=1, max_size=3).map(tuple),
        family=st.integers(0, 2),
        patience=st.just(math.inf) | st.floats(0.001, 0.5),
    ),
    max_size=20,
)
SETUPS = st.fixed_dictionaries(
    {
        "max_num_seqs": st.sampled_from([1, 2, 8]),
        "max_num_batched_tokens": st.sampled_from([8, 16, 64]),
        "block_size": st.sampled_from([1, 4, 16]),
        # The longest request has 60 + 30 - 1 tokens.
        "kv_blocks": st.sampled_from([89, 100, 300]),
    }
)
COSTS = st.fixed_dictionaries({"arrival": st.sampled_from([0.0, 0.002])})


def moments(arrivals: list[Arrival]) -> Iterator[tuple[float, str, int]]:
    """What happens when: the numbers of the arrivals and of those that are cancelled, in order."""
    now, cancelled = 0.0, []
    for index, arrival in enumerate(arrivals):
        now += arrival.wait
        cancelled.append((now + arrival.patience, "cancel", index))
        yield from sorted(each for each in cancelled if each[0] <= now)
        cancelled = [each for each in cancelled if each[0] > now]
        yield now, "submit", index
    yield from sorted(each for each in cancelled if each[0] < math.inf)


def played(engine: Engine, arrivals: list[Arrival], size: int, look: Callable[[float], None]) -> dict[int, int]:
    """Plays the arrivals to the end; `look` is called before each. Returns the engine's numbers by arrival."""
    numbers: dict[int, int] = {}
    for now, what, index in moments(arrivals):
        look(now)
        if what == "submit":
            number = engine.submit(now, arrivals[index].ticket(size))
            assert not isinstance(number, Refused)
            numbers[index] = number
        else:
            engine.cancel(numbers[index], now)
    while (at := engine.next()) is not None:
        look(at)
        engine.run(at)
    return numbers


def silent(_now: float) -> None:
    """Does not look."""


def seen(engine: Engine, numbers: dict[int, int]) -> dict[int, object]:
    return {index: (engine.times(number)) for index, number in numbers.items()}


@settings(deadline=None)
@given(ARRIVALS, SETUPS, COSTS)
def test_every_token_is_made_once(
    tempos: Tempos, arrivals: list[Arrival], setup: dict[str, float], terms: dict[str, float]
) -> None:
    """Who is not cancelled gets what was asked for, each choice for itself, in the order of time; told once each."""
    engine = Engine(tempos(terms=terms, **setup))
    numbers = played(engine, arrivals, int(setup["block_size"]), silent)
    told: dict[int, list[Made]] = {number: [] for number in numbers.values()}
    for made in engine.advance(math.inf):
        told[made.number].append(made)
    for index, number in numbers.items():
        times = engine.times(number)
        assert all(sorted(choice) == list(choice) for choice in times.tokens)
        assert sorted(at for choice in times.tokens for at in choice) == [made.at for made in told[number]]
        if arrivals[index].patience == math.inf:
            assert arrivals[index].outputs == tuple(map(len, times.tokens))
            assert [made.done for made in told[number]] == [False] * (sum(arrivals[index].outputs) - 1) + [True]


@settings(deadline=None)
@given(ARRIVALS, SETUPS, COSTS)
def test_nothing_is_left_in_the_end(
    tempos: Tempos, arrivals: list[Arrival], setup: dict[str, float], terms: dict[str, float]
) -> None:
    """Done or cancelled: no sequence, no request and no block is kept."""
    engine = Engine(tempos(terms=terms, **setup))
    played(engine, arrivals, int(setup["block_size"]), silent)
    replica = engine._replicas[0]
    assert (0, 0, 0.0) == (engine.gauges.running, engine.gauges.waiting, engine.gauges.usage)
    assert (0, 0, 0) == (replica.jobs, replica.queued_requests, replica.queued_tokens)
    assert setup["kv_blocks"] == sum(replica.batch.memory.blocks._idle.values())
    assert (0, 0) == (replica.batch._context, sum(replica.batch._crossings))


@settings(deadline=None)
@given(ARRIVALS, SETUPS, COSTS, st.lists(st.floats(0, 0.05), min_size=1))
def test_looking_often_changes_nothing(
    tempos: Tempos,
    arrivals: list[Arrival],
    setup: dict[str, float],
    terms: dict[str, float],
    looks: list[float],
) -> None:
    """A live server that looks all the time plays the very same schedule as one look at the end."""
    size = int(setup["block_size"])
    once, often = (Engine(tempos(terms=terms, **setup)) for _ in range(2))
    told: list[Made] = []
    clock = 0.0

    def look(until: float) -> None:
        nonlocal clock
        for step in looks:
            if clock + step < until:
                clock += step
                told.extend(often.advance(clock))
        told.extend(often.advance(until))
        clock = max(clock, until)

    numbers = played(once, arrivals, size, silent)
    assert seen(once, numbers) == seen(often, played(often, arrivals, size, look))
    told.extend(often.advance(math.inf))
    assert sorted(once.advance(math.inf), key=lambda made: (made.at, *made)) == sorted(
        told, key=lambda made: (made.at, *made)
    )


@settings(deadline=None)
@given(ARRIVALS, SETUPS, COSTS)
def test_nobody_overtakes(
    tempos: Tempos, arrivals: list[Arrival], setup: dict[str, float], terms: dict[str, float]
) -> None:
    """Requests are taken up in the order in which they were queued, which is that in which they came."""
    engine = Engine(tempos(terms=terms, **setup))
    numbers = played(engine, arrivals, int(setup["block_size"]), silent)
    times = [engine.times(number) for number in numbers.values()]
    for each in (
        [time.queued for time in times if time.queued is not None],
        [time.scheduled for time in times if time.scheduled is not None],
    ):
        assert sorted(each) == each


@settings(deadline=None)
@given(ARRIVALS, SETUPS, COSTS)
def test_no_block_is_given_twice(
    tempos: Tempos, arrivals: list[Arrival], setup: dict[str, float], terms: dict[str, float]
) -> None:
    """At each look: what sequences hold and what is free are all the blocks there are."""
    engine = Engine(tempos(terms=terms, **setup))
    replica = engine._replicas[0]
    size = int(setup["block_size"])

    def held() -> int:
        batch, step = replica.batch, replica.step - (not replica._under_way)
        named = {digest for each in sequences() for digest in each.prefix[: each.named]}
        own = sum(each.own for each in (*batch.joining, *filter(None, [batch.chunking])))
        growing = ((each.length + step - each.first, each.named) for each in batch.generating.values())
        return len(named) + own + sum(-(-tokens // size) - count for tokens, count in growing)

    def sequences() -> Iterator:  # type: ignore[type-arg]
        batch = replica.batch
        return iter((*batch.joining, *filter(None, [batch.chunking]), *batch.generating.values()))

    def look(now: float) -> None:
        engine.run(now)
        blocks = replica.batch.memory.blocks
        assert 0 <= blocks.free == sum(blocks._idle.values())
        assert blocks.total == blocks.free + held()
        assert len(set(map(id, sequences()))) == replica.batch.running <= setup["max_num_seqs"]

    played(engine, arrivals, size, look)


class Watched(Replica):
    """Writes down when steps start, and what each had room for but did not take up."""

    def __init__(self, tempo: EngineTempo) -> None:
        super().__init__(tempo)
        self.idled: list[tuple[float, float, int]] = []
        self.spared: list[str] = []
        self.hasty: list[int] = []
        self._bounds = self.batch._bounds
        plan = self.batch.plan

        def watched(step: int) -> Load:
            before = self.batch.preemptions
            load = plan(step)
            if self.batch.admitted and self.batch.preemptions != before:
                self.hasty.append(step)
            if self.batch.waiting and self.batch.preemptions == before and not self._full(load):
                self.spared.append(f"step {step} left {self.batch.waiting[0]}")
            return load

        self.batch.plan = watched  # type: ignore[method-assign]

    def _full(self, load: Load) -> bool:
        """Whether the step, the sequences or the blocks leave no room for the head of the queue."""
        batch, head = self.batch, self.batch.waiting[0]
        hit = batch.memory.hit(head)
        wanted = min(head.length - sum(hit) * batch.memory.size, self._bounds.tokens - load.tokens)
        need = batch.memory.blocks_for(sum(hit) * batch.memory.size + wanted) - sum(hit)
        idle = sum(map(batch.memory.blocks.idle, head.prefix[: hit.named])) + hit.own
        return (
            load.tokens >= self._bounds.tokens
            or batch.running >= self._bounds.sequences
            or need > batch.memory.blocks.free - idle
        )

    def _begin(self, start: float) -> None:
        if self._ends and start > self._ends[-1]:
            self.idled.append((self._ends[-1], start, self.batch.running + len(self.batch.waiting)))
        super()._begin(start)


@settings(deadline=None)
@given(ARRIVALS, SETUPS, COSTS)
def test_it_never_idles_with_work_that_fits(
    tempos: Tempos, arrivals: list[Arrival], setup: dict[str, float], terms: dict[str, float]
) -> None:
    """Between two steps nothing passes but where nobody was queued, and each step takes up all it has room for.

    But a step in which somebody was preempted takes up nobody, as in vLLM.
    """
    engine = Engine(tempos(terms=terms, **setup))
    replica = Watched(engine._tempo)
    engine._replicas = [replica]
    numbers = played(engine, arrivals, int(setup["block_size"]), silent)
    assert ([], []) == (replica.spared, replica.hasty)
    assert all(left == 0 for _, _, left in replica.idled)
    queued = [engine.times(number).queued for number in numbers.values()]
    cancelled = any(arrival.patience < math.inf for arrival in arrivals)
    assert cancelled or not any(start < at < end for start, end, _ in replica.idled for at in queued if at is not None)


@pytest.mark.parametrize("kv_blocks", [64, 16])
def test_more_load_means_longer_waits(tempos: Tempos, kv_blocks: int) -> None:
    """Of n equal requests at once, the last one's first token comes the later the larger n is."""
    waits = []
    for count in range(1, 25):
        engine = Engine(tempos(kv_blocks=kv_blocks, max_num_seqs=4))
        numbers = [engine.submit(0.0, Ticket(20, (8,))) for _ in range(count)]
        while (at := engine.next()) is not None:
            engine.run(at)
        waits.append(engine.times(numbers[-1]).first)  # type: ignore[arg-type]  # none is refused
    assert sorted(waits) == waits
    assert waits[-1] > 5 * waits[0]
