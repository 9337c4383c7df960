"""The wheel calls everything at its time, with one timer, on a clock that the test turns."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.wheel import TICK, Wheel


class Armed:
    """A timer of the fake loop."""

    def __init__(self, when: float, callback: Callable[[], object]) -> None:
        self.when, self.callback, self.cancelled = when, callback, False

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """A loop whose time is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Armed] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], object], /) -> Armed:
        self.timers.append(Armed(when, callback))
        return self.timers[-1]

    @property
    def live(self) -> list[Armed]:
        return [timer for timer in self.timers if not timer.cancelled]

    def run(self) -> None:
        while self.live:
            timer = min(self.live, key=lambda each: each.when)
            self.timers.remove(timer)
            self.now = max(self.now, timer.when)
            timer.callback()


@given(st.lists(st.floats(0, 10), min_size=1))
def test_all_are_called_in_order_and_in_time(dues: list[float]) -> None:
    """Each callback runs once, not before its time and not more than two ticks after it."""
    clock, called = Clock(), []
    wheel = Wheel(clock)
    for due in dues:
        wheel.at(due, lambda due=due: called.append((due, clock.now)))  # type: ignore[misc]
    clock.run()
    assert sorted(dues) == sorted(due for due, _ in called)
    assert all(-TICK / 2 <= now - due <= 2 * TICK for due, now in called)


def test_only_one_timer_is_armed() -> None:
    """A thousand waiting callbacks hold one timer, the earliest."""
    clock = Clock()
    wheel = Wheel(clock)
    for number in range(1000):
        wheel.at(1000 - number, lambda: None)
    assert [1.0] == [timer.when for timer in clock.live]


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
