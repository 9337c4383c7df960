"""Both alarms ring at their time, on a real loop, and only when they were set last."""

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from novastack_simulators.alarm import KernelAlarm, LoopAlarm, alarm

ALARMS = (LoopAlarm, KernelAlarm) if sys.platform == "linux" else (LoopAlarm,)


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    """Runs a coroutine on either loop."""
    loop: Any = asyncio.new_event_loop if request.param == "asyncio" else pytest.importorskip("uvloop").new_event_loop

    def runs(coroutine: Any) -> Any:
        with asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(coroutine)

    return runs


@pytest.mark.parametrize("kind", ALARMS)
def test_it_rings_not_before_its_time(kind: Any, run: Any) -> None:
    """A loop's own timer may be a millisecond early, the kernel's never is."""

    async def main() -> float:
        rung: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        each = kind(asyncio.get_running_loop())
        due = each.time() + 0.02
        each.set(due, lambda: rung.set_result(time.monotonic() - due))
        late = await rung
        each.close()
        return late

    assert run(main()) >= (-0.0015 if kind is LoopAlarm else 0)


@pytest.mark.parametrize("kind", ALARMS)
def test_only_the_last_time_set_counts(kind: Any, run: Any) -> None:
    """An earlier setting is forgotten, and a time that has passed rings at once."""

    async def main() -> list[str]:
        rung: list[str] = []
        done = asyncio.Event()
        each = kind(asyncio.get_running_loop())
        each.set(each.time() + 0.001, lambda: rung.append("first"))
        each.set(each.time() - 5, lambda: (rung.append("last"), done.set()))
        await done.wait()
        each.close()
        return rung

    assert ["last"] == run(main())


def test_the_kernels_is_preferred_on_linux(run: Any) -> None:
    """And any loop has one."""

    async def main() -> str:
        each = alarm(asyncio.get_running_loop())
        each.close()
        return type(each).__name__

    assert ("KernelAlarm" if sys.platform == "linux" else "LoopAlarm") == run(main())
