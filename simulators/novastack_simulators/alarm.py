"""What wakes the wheel: one alarm at a time, set again and again, on the monotonic clock.

Linux has a timer in a file descriptor, exact to microseconds, where uvloop's own timers step in milliseconds.
"""

import asyncio
import contextlib
import ctypes
import os
import sys
import time
from collections.abc import Callable
from typing import Final

MONOTONIC: Final = 1  # CLOCK_MONOTONIC, timerfd_create(2)
FLAGS: Final = 0o4000 | 0o2000000  # TFD_NONBLOCK | TFD_CLOEXEC
ABSOLUTE: Final = 1  # TFD_TIMER_ABSTIME
BILLION: Final = 1_000_000_000


class LoopAlarm:
    """An alarm of any asyncio loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._armed: asyncio.TimerHandle | None = None
        self.time: Callable[[], float] = time.monotonic
        self.soon: Callable[[Callable[[], object]], object] = loop.call_soon

    def set(self, when: float, callback: Callable[[], object]) -> None:
        """Calls back at that time, instead of when it was set to before."""
        if self._armed is not None:
            self._armed.cancel()
        # The loop's clock may be some milliseconds behind within one turn of it.
        self._armed = self._loop.call_later(max(0.0, when - time.monotonic()), callback)

    def close(self) -> None:
        if self._armed is not None:
            self._armed.cancel()


class KernelAlarm:
    """An alarm of the kernel's, watched by the loop. Raises OSError where there is none."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._file: int = self._libc.timerfd_create(MONOTONIC, FLAGS)
        if self._file < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create failed")
        self._callback: Callable[[], object] = lambda: None
        self._spec = (ctypes.c_long * 4)()  # interval, then first expiry: seconds and nanoseconds of each
        self.time: Callable[[], float] = time.monotonic
        self.soon: Callable[[Callable[[], object]], object] = loop.call_soon
        loop.add_reader(self._file, self._rung)

    def set(self, when: float, callback: Callable[[], object]) -> None:
        """Calls back at that time, instead of when it was set to before."""
        self._callback = callback
        # timerfd_settime(2): an expiry of zero disarms; one in the past rings at once.
        self._spec[2], self._spec[3] = divmod(max(1, int(when * BILLION)), BILLION)
        self._libc.timerfd_settime(self._file, ABSOLUTE, self._spec, None)

    def _rung(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._file, 8)
            self._callback()

    def close(self) -> None:
        self._loop.remove_reader(self._file)
        os.close(self._file)


def alarm(loop: asyncio.AbstractEventLoop) -> LoopAlarm | KernelAlarm:
    """The best that this machine and loop have."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError, NotImplementedError):
            return KernelAlarm(loop)
    return LoopAlarm(loop)
