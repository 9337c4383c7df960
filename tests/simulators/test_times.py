"""The two times of each event of the answers that ended lately."""

from array import array

from novastack_simulators.times import CAPACITY, Times


def test_both_times_of_each_event_are_told_to_the_microsecond() -> None:
    """As numbers, whatever they were kept in."""
    times = Times()
    times.keep(7, (0.1, 0.2000004), array("d", [0.1000006, 0.3]))
    assert {"planned": [0.1, 0.2], "actual": [0.100001, 0.3]} == times.report(7)


def test_of_an_answer_that_was_cut_there_are_fewer_actual_ones() -> None:
    """What was planned is still told."""
    times = Times()
    times.keep(1, (0.0, 1.0, 2.0), array("d", [0.0]))
    assert {"planned": [0.0, 1.0, 2.0], "actual": [0.0]} == times.report(1)


def test_the_oldest_are_forgotten() -> None:
    """One more than there is room for, and the first has gone."""
    times = Times()
    for sequence in range(CAPACITY + 1):
        times.keep(sequence, (), ())
    assert [None, {"planned": [], "actual": []}] == [times.report(0), times.report(1)]


def test_what_never_was_or_was_cleared_is_not_told() -> None:
    """None, not an empty answer."""
    times = Times()
    times.keep(1, (), ())
    times.clear()
    assert [None, None] == [times.report(1), times.report(2)]
