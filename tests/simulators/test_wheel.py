"""The wheel calls everything at its time, with one timer, on a clock that the test turns."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.wheel import TICK, Wheel


class Clock:
    """An alarm whose time is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.soon: Callable[[Callable[[], object]], object] = lambda callback: callback()
        self.armed: tuple[float, Callable[[], object]] | None = None

    @property
    def time(self) -> Callable[[], float]:
        return lambda: self.now

    def set(self, when: float, callback: Callable[[], object]) -> None:
        self.armed = (when, callback)

    def close(self) -> None:
        self.armed = None

    def run(self) -> None:
        while self.armed is not None:
            (when, callback), self.armed = self.armed, None
            self.now = max(self.now, when)
            callback()


@given(st.lists(st.floats(0, 10), min_size=1))
def test_all_are_called_in_order_and_in_time(dues: list[float]) -> None:
    """Each callback runs once, not before its time and not more than two ticks after it."""
    clock, called = Clock(), []
    wheel = Wheel(clock)
    for due in dues:
        wheel.at(due, lambda due=due: called.append((due, clock.now)))  # type: ignore[misc]
    clock.run()
    assert sorted(dues) == sorted(due for due, _ in called)
    assert all(-TICK / 100 <= now - due <= 2 * TICK for due, now in called)


def test_only_one_alarm_is_set() -> None:
    """A thousand waiting callbacks hold one alarm, at the earliest."""
    clock = Clock()
    wheel = Wheel(clock)
    for number in range(1000):
        wheel.at(1000 - number, lambda: None)
    assert clock.armed is not None
    assert 1.0 == clock.armed[0]


def test_a_failing_callback_does_not_stop_the_others() -> None:
    """What is due at the same tick and later is still called."""
    clock, called = Clock(), []
    wheel = Wheel(clock)
    wheel.at(1, lambda: called.append(1 // 0))
    wheel.at(1, lambda: called.append(1))
    wheel.at(2, lambda: called.append(2))
    clock.run()
    assert [1, 2] == called


def test_a_callback_may_add_another() -> None:
    """What is added while the wheel turns is called too."""
    clock, called = Clock(), []
    wheel = Wheel(clock)
    wheel.at(1, lambda: wheel.at(2, lambda: called.append(clock.now)))
    clock.run()
    assert [2.0] == called


def test_a_closed_wheel_calls_nothing() -> None:
    """What waited is forgotten, and the alarm with it."""
    clock, called = Clock(), []
    wheel = Wheel(clock)
    wheel.at(1, lambda: called.append(1))
    wheel.close()
    clock.run()
    assert [] == called
