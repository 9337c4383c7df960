"""Reads the configuration again while it serves: on SIGHUP, and, if asked, when the file changes.

A configuration that cannot be used is told and changes nothing.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.fleet import Fleet, FleetError

LOGGER: Final = logging.getLogger("novastack.simulators")
BEAT: Final = 0.5


class Renewal:
    """`read` reads the configuration, and raises ValueError saying what is wrong; `file` is looked at if it is given."""

    def __init__(self, read: Callable[[], SimulatorsConfig], file: Path | None = None) -> None:
        self._read = read
        self._file = file
        self._seen = self._stamp()

    def watch(self, loop: asyncio.AbstractEventLoop, fleet: Fleet) -> None:
        """From now on, until the loop ends."""
        with contextlib.suppress(AttributeError, NotImplementedError):  # Windows has no SIGHUP
            loop.add_signal_handler(signal.SIGHUP, self.renew, fleet)
        if self._file is not None:
            loop.call_later(BEAT, self._look, loop, fleet)

    def renew(self, fleet: Fleet) -> None:
        """Reads and applies it, or says why not."""
        try:
            fleet.reload(self._read())
        except (FleetError, ValueError) as error:
            LOGGER.warning("the configuration stays as it was: %s", error)
        else:
            LOGGER.warning("the configuration was read again")

    def _look(self, loop: asyncio.AbstractEventLoop, fleet: Fleet) -> None:
        loop.call_later(BEAT, self._look, loop, fleet)
        stamp = self._stamp()
        # Some editors take a file away before they put the new one there.
        if stamp is not None and stamp != self._seen:
            self._seen = stamp
            self.renew(fleet)

    def _stamp(self) -> tuple[int, int] | None:
        """What changes when a file is written; None while there is none."""
        if self._file is None:
            return None
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size
