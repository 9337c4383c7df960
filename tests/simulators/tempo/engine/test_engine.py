"""The engine's schedule, step by step: 10 ms a step and 1 ms a token."""

from collections.abc import Callable

import pytest

from novastack_simulators.plan import Ticket
from novastack_simulators.profile import EngineTempo
from novastack_simulators.tempo.engine import Engine, Refused
from novastack_simulators.tempo.engine.replica import KEPT

Tempos = Callable[..., EngineTempo]


def taken(engine: Engine, now: float, prompt: int, *outputs: int, prefix: tuple[bytes, ...] = ()) -> int:
    number = engine.submit(now, Ticket(prompt, outputs, prefix))
    assert isinstance(number, int)
    return number


def milliseconds(engine: Engine, number: int) -> list[float]:
    """When each token of the first choice was made."""
    return [round(at * 1000, 6) for at in engine.times(number).tokens[0]]


def finished(engine: Engine) -> Engine:
    while (at := engine.next()) is not None:
        engine.run(at)
    return engine


def test_the_prompt_makes_the_first_token_and_each_step_one_more(tempos: Tempos) -> None:
    """Ten tokens of prompt, then one token a step."""
    engine = Engine(tempos())
    number = taken(engine, 0.0, 10, 3)
    assert [20, 31, 42] == milliseconds(finished(engine), number)


def test_a_request_joins_the_step_after_the_one_under_way(tempos: Tempos) -> None:
    """It comes at 25 ms, the step ends at 31, its prompt is in the next one, and slows the other's token."""
    engine = Engine(tempos())
    first = taken(engine, 0.0, 10, 3)
    second = taken(engine, 0.025, 20, 1)
    finished(engine)
    assert ([20, 31, 62], [62]) == (milliseconds(engine, first), milliseconds(engine, second))
    assert (0.025, 0.025) == (engine.times(second).arrived, engine.times(second).queued)
    assert 0.031 == pytest.approx(engine.times(second).scheduled)


def test_those_that_come_at_the_very_start_of_a_step_are_in_it(tempos: Tempos) -> None:
    """Two at once are computed together: 10 + 5 + 5 ms."""
    engine = Engine(tempos())
    numbers = [taken(engine, 1.0, 5, 1), taken(engine, 1.0, 5, 1)]
    finished(engine)
    assert [[1020], [1020]] == [milliseconds(engine, number) for number in numbers]


def test_a_long_prompt_is_computed_in_chunks_of_the_budget(tempos: Tempos) -> None:
    """64 tokens a step: 100 take two steps, of 74 and 46 ms."""
    engine = Engine(tempos())
    number = taken(engine, 0.0, 100, 1)
    assert [120] == milliseconds(finished(engine), number)


def test_those_that_generate_come_before_a_chunk(tempos: Tempos) -> None:
    """A token for the one that generates, 63 for the prompt: 74 ms, until 37 are left: 48 ms."""
    engine = Engine(tempos())
    first = taken(engine, 0.0, 10, 3)
    taken(engine, 0.015, 100, 1)
    assert [20, 94, 142] == milliseconds(finished(engine), first)


def test_no_more_sequences_run_than_are_allowed(tempos: Tempos) -> None:
    """With room for one, the second starts when the first is done."""
    engine = Engine(tempos(max_num_seqs=1))
    first, second = taken(engine, 0.0, 10, 2), taken(engine, 0.0, 10, 1)
    engine.run(0.030)
    assert (1, 1) == (engine.gauges.running, engine.gauges.waiting)
    finished(engine)
    assert ([20, 31], [51]) == (milliseconds(engine, first), milliseconds(engine, second))


def test_a_cached_prefix_is_not_computed_again(tempos: Tempos) -> None:
    """Of three full blocks of 4 the second prompt finds two, and shares them; the last token is always computed."""
    engine = Engine(tempos())
    prefix = (b"a", b"b", b"c")
    taken(engine, 0.0, 12, 1, prefix=prefix)
    second = taken(engine, 1.0, 12, 1, prefix=prefix)
    third = taken(engine, 2.0, 12, 1, prefix=(b"a", b"x", b"c"))
    finished(engine)
    assert ([1014], [2018]) == (milliseconds(engine, second), milliseconds(engine, third))
    assert (36, 12) == (engine.gauges.queried, engine.gauges.hits)


def test_choices_share_their_prompt(tempos: Tempos) -> None:
    """The second choice computes only what its full blocks leave: 13 + 1 tokens in one step."""
    engine = Engine(tempos())
    number = taken(engine, 0.0, 13, 1, 1)
    finished(engine)
    assert [24, 24] == [round(made[0] * 1000, 6) for made in engine.times(number).tokens]


def test_an_old_prefix_makes_room_for_a_new_one(tempos: Tempos) -> None:
    """A cache of 4 blocks: two of a, then three of b; the first prompt comes again and finds its first block gone."""
    engine = Engine(tempos(kv_blocks=4))
    taken(engine, 0.0, 8, 1, prefix=(b"a1", b"a2"))
    taken(engine, 1.0, 12, 1, prefix=(b"b1", b"b2", b"b3"))
    taken(engine, 2.0, 8, 1, prefix=(b"a1", b"a2"))
    finished(engine)
    assert 4 == engine.gauges.hits


def test_the_latest_is_preempted_and_computed_again(tempos: Tempos) -> None:
    """Two sequences of 8 tokens fill 4 blocks; the first token of each asks for a fifth and a sixth."""
    engine = Engine(tempos(kv_blocks=5))
    first, second = taken(engine, 0.0, 8, 6), taken(engine, 0.0, 8, 6)
    finished(engine)
    assert 1 == engine.gauges.preemptions
    assert (6, 6) == tuple(len(engine.times(number).tokens[0]) for number in (first, second))
    assert engine.times(first).last < engine.times(second).tokens[0][1]  # type: ignore[operator]  # both are done


def test_a_preempted_sequence_finds_what_it_had(tempos: Tempos) -> None:
    """Its two blocks are still there when the first is done: one token is left to compute, not nine."""
    engine = Engine(tempos(kv_blocks=5))
    first, second = taken(engine, 0.0, 8, 3), taken(engine, 0.0, 8, 3)
    finished(engine)
    assert ([26, 37, 48], [26, 59, 70]) == (milliseconds(engine, first), milliseconds(engine, second))


def test_a_full_queue_refuses(tempos: Tempos) -> None:
    """The first is taken up, two wait, the next is told why not."""
    engine = Engine(tempos(max_num_seqs=1, max_waiting_requests=2))
    taken(engine, 0.0, 4, 50)
    engine.run(0.005)
    taken(engine, 0.005, 4, 1)
    taken(engine, 0.005, 4, 1)
    assert Refused("requests") == engine.submit(0.005, Ticket(4, (1,)))


def test_too_many_waiting_tokens_refuse(tempos: Tempos) -> None:
    """The cap counts the tokens of prompts that wait."""
    engine = Engine(tempos(max_num_seqs=1, max_waiting_tokens=10))
    taken(engine, 0.0, 4, 50)
    engine.run(0.005)
    taken(engine, 0.005, 8, 1)
    assert Refused("tokens") == engine.submit(0.005, Ticket(4, (1,)))
    taken(engine, 0.005, 2, 1)


def test_what_would_never_fit_is_refused(tempos: Tempos) -> None:
    """64 blocks of 4 hold 256 tokens; the last one made needs no place."""
    engine = Engine(tempos())
    assert Refused("size") == engine.submit(0.0, Ticket(250, (8,)))
    number = taken(engine, 0.0, 250, 7)
    assert 7 == len(milliseconds(finished(engine), number))


def test_a_request_goes_where_the_fewest_are(tempos: Tempos) -> None:
    """Two replicas: two requests at once do not slow each other; the third goes to the first replica."""
    engine = Engine(tempos(replicas=2))
    numbers = [taken(engine, 0.0, 10, 2) for _ in range(3)]
    finished(engine)
    assert [[30, 42], [20, 31], [30, 42]] == [milliseconds(engine, number) for number in numbers]


def test_tokens_of_all_replicas_are_told_in_order(tempos: Tempos) -> None:
    """By time, whichever replica made them."""
    engine = Engine(tempos(replicas=3))
    for index in range(9):
        taken(engine, 0.003 * index, 5 + index, 4)
    times = [made.at for made in engine.advance(10.0)]
    assert 36 == len(times)
    assert sorted(times) == times


def test_a_microsecond_is_told_apart(tempos: Tempos) -> None:
    """Steps that differ by a microsecond end a microsecond apart, a day after the start."""
    ends = []
    for step in (0.010, 0.010_001):
        engine = Engine(tempos(terms={"step": step}))
        number = taken(engine, 86_400.0, 10, 1)
        ends.append(finished(engine).times(number).tokens[0][0])
    assert 1e-6 == pytest.approx(ends[1] - ends[0], rel=1e-4)


def test_a_step_starts_where_the_last_one_ended(tempos: Tempos) -> None:
    """However late it is looked at."""
    engine = Engine(tempos())
    number = taken(engine, 0.0, 10, 3)
    assert [(number, 1, False), (number, 2, False), (number, 3, True)] == [
        (made.number, made.tokens, made.done) for made in engine.advance(5.0)
    ]
    assert [20, 31, 42] == milliseconds(engine, number)


def test_what_comes_next_is_told(tempos: Tempos) -> None:
    """The start of the first step, then the end of each, then nothing."""
    engine = Engine(tempos())
    assert engine.next() is None
    taken(engine, 1.0, 10, 2)
    seen = []
    while (at := engine.next()) is not None:
        seen.append(round(at, 6))
        engine.run(at)
    assert [1.0, 1.02, 1.02, 1.031] == seen


def test_requests_that_pass_the_front_end_together_are_queued_together(tempos: Tempos) -> None:
    """Four that arrive at once share it: 4 x 5 ms, then one step for all."""
    engine = Engine(tempos(terms={"arrival": 0.005}))
    numbers = [taken(engine, 0.0, 5, 1) for _ in range(4)]
    finished(engine)
    assert {0.02} == {round(engine.times(number).queued or 0, 9) for number in numbers}
    assert {0.05} == {round(engine.times(number).first or 0, 9) for number in numbers}


def test_a_cancelled_request_frees_what_it_had(tempos: Tempos) -> None:
    """In the front end, in the queue, with half a prompt computed, or while it generates."""
    for at in (0.001, 0.006, 0.02, 0.16):
        engine = Engine(tempos(terms={"arrival": 0.002}))
        number = taken(engine, 0.0, 100, 50)
        other = taken(engine, 0.0, 100, 3)
        engine.cancel(number, at)
        engine.forget(number)
        finished(engine)
        assert (0, 0, 0.0) == (engine.gauges.running, engine.gauges.waiting, engine.gauges.usage)
        assert 3 == len(engine.times(other).tokens[0])


def test_cancelling_what_is_done_changes_nothing(tempos: Tempos) -> None:
    """The client may leave at the last moment."""
    engine = Engine(tempos())
    number = taken(engine, 0.0, 10, 1)
    finished(engine)
    engine.cancel(number, 1.0)
    assert [20] == milliseconds(engine, number)


def test_times_can_be_seen_half_way(tempos: Tempos) -> None:
    """What was made until now."""
    engine = Engine(tempos())
    number = taken(engine, 0.0, 10, 50)
    assert engine.times(number).first is None
    engine.run(0.033)
    assert [20, 31] == milliseconds(engine, number)


def test_ends_of_steps_that_nobody_needs_are_forgotten(tempos: Tempos) -> None:
    """A server that is never idle for days keeps no more of them, and tells the same times."""
    engine = Engine(tempos(kv_blocks=40_000))
    ends = engine._replicas[0]._ends
    told = 0
    for index in range(3):
        number = taken(engine, 400.0 * index, 10, 30_000)
        told += sum(1 for _ in engine.advance(400.0 * (index + 1)))
        assert len(ends) <= KEPT
    finished(engine)
    told += sum(1 for _ in engine.advance(1e9))
    assert 3 * 30_000 == told
    assert 30_000 == len(engine.times(number).tokens[0])
    assert len(ends) < engine._replicas[0].step


def test_an_empty_answer_takes_its_step(tempos: Tempos) -> None:
    """Its end is made as a token is."""
    engine = Engine(tempos())
    number = taken(engine, 0.0, 0, 0)
    assert [11] == milliseconds(finished(engine), number)
