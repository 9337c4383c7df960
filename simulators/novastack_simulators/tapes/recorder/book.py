"""Where exchanges are written down: in a thread of its own, so that no other stream is late because of it."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import msgspec

from novastack_simulators.tapes.library import Library
from novastack_simulators.tapes.recorder.asked import Asked
from novastack_simulators.tapes.recorder.base import Base
from novastack_simulators.tapes.recorder.draft import Seen, UnkeptError, tape_of
from novastack_simulators.tapes.redaction import redaction

LOGGER: Final = logging.getLogger("novastack.recorder")


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one exchange. Without a `file` there is no tape of it, and `why` says why."""

    number: int
    method: str
    path: str
    status: int | None = None
    ended: str | None = None
    chunks: int = 0
    bytes: int = 0
    us: int = 0
    file: str | None = None
    why: str | None = None


class Book:
    """Writes tapes in the order in which exchanges ended, and tells of each."""

    def __init__(self, base: Base, library: Library, on_kept: Callable[[Kept], object]) -> None:
        self._base = base
        self._library = library
        self._on_kept = on_kept
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="novastack-tapes")

    def number(self) -> int:
        """For the exchange that begins now."""
        return self._library.number()

    def keep(self, number: int, seen: Seen) -> None:
        self._writer.submit(self._told, lambda: self._kept(number, seen))

    def unreached(self, number: int, asked: Asked, why: str) -> None:
        """The endpoint was not asked: there is nothing to keep."""
        text = f"the endpoint cannot be reached: {why}"
        self._writer.submit(self._told, lambda: self._lost(number, asked, text))

    def close(self) -> None:
        """Until all is written."""
        self._writer.shutdown()

    def _told(self, written: Callable[[], Kept]) -> None:
        try:
            self._on_kept(written())
        except Exception:  # nobody waits for this thread's results: what fails in it must not be silent
            LOGGER.exception("a tape could not be written")

    def _kept(self, number: int, seen: Seen) -> Kept:
        try:
            tape = tape_of(seen)
            file = self._library.keep(number, tape)
        except UnkeptError as error:
            return self._lost(number, seen.asked, str(error))
        except OSError as error:
            return self._lost(number, seen.asked, f"it cannot be written: {error.strerror or error}")
        chunks = tape.response.chunks if tape.response else ()
        return Kept(
            number=number,
            method=tape.request.method,
            path=tape.request.path,
            status=tape.response.status if tape.response else None,
            ended=tape.ended,
            chunks=len(chunks),
            bytes=len(tape.body),
            us=tape.us,
            file=str(file),
        )

    def _lost(self, number: int, asked: Asked, why: str) -> Kept:
        target, _, query = self._base.target(asked.target).decode("latin-1").partition("?")
        path = redaction(asked.headers, query, b"").text(target)
        return Kept(number=number, method=asked.method, path=path, why=why)
