"""The recorder put together: a listening socket, a talk for each connection, and the book."""

import asyncio
import contextlib
import signal
import ssl
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from novastack_simulators.tapes.library import Library
from novastack_simulators.tapes.recorder.base import Base
from novastack_simulators.tapes.recorder.book import Book, Kept
from novastack_simulators.tapes.recorder.caller import Caller
from novastack_simulators.tapes.recorder.far import connected
from novastack_simulators.tapes.recorder.talk import Talk, World


class RecorderError(ValueError):
    """The recorder cannot start; the text says why, in a sentence."""


class Recording(NamedTuple):
    """What is recorded, where it is kept, and where callers come in. `timeout` is in seconds of silence, `ca` a PEM file."""

    base: Base
    out: Path
    host: str = "127.0.0.1"
    port: int = 0
    ca: Path | None = None
    timeout: float = 600.0


@contextlib.asynccontextmanager
async def recording(what: Recording, on_kept: Callable[[Kept], object]) -> AsyncIterator[str]:
    """Records while the context lasts; gives the URL for callers. Raises RecorderError. `on_kept` runs in a thread."""
    book = Book(what.base, _library(what.out), on_kept)
    tls = _tls(what)
    # The one place that reads clocks.
    world = World(
        base=what.base,
        connect=partial(connected, what.base, tls, time.monotonic_ns),
        clock=time.monotonic_ns,
        wall=time.time,  # noqa: TID251 - the edge reads the clock
        book=book,
        timeout=what.timeout,
    )
    tasks: set[asyncio.Task[None]] = set()

    def serve(caller: Caller) -> asyncio.Task[None]:
        task = asyncio.ensure_future(Talk(caller, world).serve())
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return task

    server = await _listening(what, lambda: Caller(time.monotonic_ns, serve))
    try:
        yield _url(what.host, server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(None, book.close)


def _library(out: Path) -> Library:
    try:
        return Library(out)
    except OSError as error:
        raise RecorderError(f"{out} cannot hold tapes: {error.strerror or error}") from None


def _tls(what: Recording) -> ssl.SSLContext | None:
    if not what.base.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=what.ca)
    except (OSError, ssl.SSLError) as error:
        told = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise RecorderError(f"{what.ca} cannot be used: {told}") from None
    # RFC 7301: an endpoint that also speaks HTTP/2 must not choose it.
    context.set_alpn_protocols(["http/1.1"])
    return context


async def _listening(what: Recording, protocol: Callable[[], Caller]) -> asyncio.Server:
    try:
        return await asyncio.get_running_loop().create_server(protocol, what.host, what.port)
    except OSError as error:
        told = error.strerror or str(error)
        raise RecorderError(f"the recorder cannot listen on {what.host} port {what.port}: {told}") from None


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def run(what: Recording, *, on_ready: Callable[[str], object], on_kept: Callable[[Kept], object]) -> None:
    """Records until SIGINT or SIGTERM, then stops cleanly: every exchange that began has its tape. Raises RecorderError."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        async with recording(what, on_kept) as url:
            on_ready(url)
            await stop.wait()

    asyncio.run(main())
