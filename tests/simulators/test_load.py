"""What is under way is counted when it is due, and what has ended by how it ended."""

import pytest

from novastack_simulators.load import Histogram, Load, token_dues
from novastack_simulators.plan import Frame, Plan, Work

BUCKETS = dict.fromkeys(("first_token", "gap", "whole", "prefill", "decode", "pace", "output", "n"), (1.0, 2.0, 5.0))


def plan(**more: object) -> Plan:
    """Two tokens in one frame, then a third: the first after one second, the others after three."""
    frames = (Frame("open", 0, b""), Frame("text", 1, b""), Frame("text", 2, b""), Frame("done", 0, b""))
    fields = {"status": 200, "headers": (), "frames": frames, "dues": (1.0, 1.0, 3.0, 3.0), "work": Work(9, ("stop",))}
    return Plan(**{**fields, **more})  # type: ignore[arg-type]  # a test's own fields


def started(**more: object) -> tuple[Load, int]:
    load = Load(BUCKETS)
    number = load.begin(plan(**more), 100.0)
    assert number is not None
    return load, number


def test_a_histogram_counts_what_lies_at_or_below_each_bound() -> None:
    """The bound itself belongs to its bucket (Prometheus: le is less or equal); the last count is of all."""
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 9.0):
        histogram.observe(value)
    assert ((2, 3, 4), 12.0) == (histogram.cumulative, histogram.sum)


def test_a_plan_that_makes_nothing_is_not_counted() -> None:
    """Errors and look-ups."""
    load = Load(BUCKETS)
    assert load.begin(plan(work=None), 100.0) is None
    assert 0 == load.running


@pytest.mark.parametrize(("now", "prompt", "made"), [(100.9, 0, 0), (101.0, 9, 1), (103.0, 9, 3), (900.0, 9, 3)])
def test_tokens_are_counted_when_they_are_due(now: float, prompt: int, made: int) -> None:
    """A look half way sees half; the prompt counts with the first token; a second look adds nothing."""
    load, _ = started()
    load.settle(now)
    load.settle(now)
    assert (1, prompt, made) == (load.running, load.tally.prompt_tokens, load.tally.output_tokens)


def test_a_whole_answer_leaves_its_times() -> None:
    """First token after one second, gaps of two and none, three seconds in all."""
    load, number = started()
    load.settle(101.5)
    load.end(number, 103.0, whole=True)
    seen = {name: (histogram.cumulative, histogram.sum) for name, histogram in load.tally.histograms.items()}
    assert {
        "first_token": ((1, 1, 1, 1), 1.0),
        "gap": ((1, 2, 2, 2), 2.0),
        "whole": ((0, 0, 1, 1), 3.0),
        "prefill": ((1, 1, 1, 1), 1.0),
        "decode": ((0, 1, 1, 1), 2.0),
        "pace": ((1, 1, 1, 1), 1.0),
        "output": ((0, 0, 1, 1), 3.0),
        "n": ((1, 1, 1, 1), 1.0),
    } == seen
    assert (0, {"stop": 1}) == (load.running, dict(load.tally.finished))


def test_an_answer_cut_short_is_an_abort() -> None:
    """Its tokens until then count, its times do not."""
    load, number = started()
    load.end(number, 101.5, whole=False)
    assert ({"abort": 1}, 1) == (dict(load.tally.finished), load.tally.output_tokens)
    assert 0 == load.tally.histograms["whole"].cumulative[-1]


def test_choices_are_made_side_by_side() -> None:
    """Two choices are two lanes: each has a first token, a finish, and its own gap."""
    frames = tuple(Frame("text", 1, b"") for _ in range(4))
    load, number = started(frames=frames, dues=(1.0, 1.5, 3.0, 3.5), work=Work(9, ("stop", "length")))
    load.end(number, 103.5, whole=True)
    assert {"stop": 1, "length": 1} == dict(load.tally.finished)
    gaps = load.tally.histograms["gap"]
    assert ((0, 2, 2, 2), 4.0, 18) == (gaps.cumulative, gaps.sum, load.tally.prompt_tokens)


def test_clear_forgets_what_was_counted_but_not_what_is_under_way() -> None:
    """The rest of a running answer is counted anew."""
    load, number = started()
    load.settle(101.0)
    load.clear()
    load.end(number, 103.0, whole=True)
    assert ({"stop": 1}, 2, 0) == (dict(load.tally.finished), load.tally.output_tokens, load.running)


def test_the_works_own_times_stand_before_the_frames() -> None:
    """An answer that is not streamed says when its tokens are made, though it sends them at once."""
    body = (Frame("body", 3, b"abc"),)
    assert (1.0, 3.0, 3.0) == token_dues(plan())
    assert (1.0, 2.0, 3.0) == token_dues(plan(frames=body, dues=(3.0,), work=Work(9, ("stop",), None, (1.0, 2.0, 3.0))))
