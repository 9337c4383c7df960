"""The journal's file, written to in the background of a loop."""

import asyncio
from typing import Final

from novastack_simulators.journal import File

FLUSH: Final = 0.5


class Flusher:
    """Writes to a file twice a second what waits for it."""

    def __init__(self, file: File, loop: asyncio.AbstractEventLoop) -> None:
        self._file = file
        self._loop = loop
        self._next = loop.call_later(FLUSH, self._flush)

    def _flush(self) -> None:
        self._file.flush()
        self._next = self._loop.call_later(FLUSH, self._flush)

    def stop(self) -> None:
        self._next.cancel()
