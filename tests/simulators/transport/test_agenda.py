"""What is due is called in order, and time passes only while somebody waits."""

import asyncio
import math
import time

import pytest

from novastack_simulators.transport.agenda import CLOCKS, Agenda, Real, Virtual


def test_callbacks_come_in_the_order_of_their_times() -> None:
    """Those of one time in the order in which they were asked for; what is not due waits."""
    clock, seen = Virtual(), list[str]()
    agenda = Agenda(clock)
    for due, name in ((2.0, "late"), (1.0, "first"), (1.0, "second")):
        agenda.at(due, lambda name=name: seen.append(name))
    agenda.soon(lambda: seen.append("at once"))
    agenda.run()
    clock.jump(1.5)
    agenda.run()
    assert ["at once", "first", "second"] == seen
    assert 2.0 == agenda.next


def test_what_a_callback_adds_has_its_own_turn() -> None:
    """So that writes that are to stay apart are read apart."""
    agenda, seen = Agenda(Virtual()), list[str]()
    agenda.soon(lambda: agenda.soon(lambda: seen.append("next turn")))
    agenda.run()
    assert [] == seen
    agenda.run()
    assert ["next turn"] == seen
    assert math.inf == agenda.next


def test_virtual_time_jumps_and_never_goes_back() -> None:
    """Its wall clock goes with it."""
    clock = Virtual()
    wall = clock.wall()
    clock.pause(50.0)
    asyncio.run(clock.turn(50.0))
    assert 0.0 == clock.time()
    clock.jump(3.0)
    clock.jump(1.0)
    assert (3.0, wall + 3.0) == (clock.time(), clock.wall())


def test_real_time_is_the_machines() -> None:
    """It waits until then, in a thread and in a loop, and cannot be moved."""
    clock = Real()
    begun = time.monotonic()
    clock.pause(begun + 0.01)
    assert time.monotonic() >= begun + 0.01
    asyncio.run(clock.turn(begun + 0.02))
    assert time.monotonic() >= begun + 0.015
    clock.jump(begun + 1000)
    assert clock.time() < begun + 1000


@pytest.mark.parametrize("name", CLOCKS)
def test_a_time_that_has_passed_is_not_waited_for(name: str) -> None:
    """On either clock."""
    clock = CLOCKS[name]()
    clock.pause(clock.time() - 5)
    asyncio.run(clock.turn(clock.time() - 5))
