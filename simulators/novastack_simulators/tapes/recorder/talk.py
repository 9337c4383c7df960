"""One caller's connection: its requests one after the other, on one connection to the endpoint.

So what happens to the one happens to the other: an endpoint that closes, resets or keeps its connection does so to the
caller, and a caller that leaves is gone from the endpoint at once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, Protocol

from novastack_simulators.tapes.recorder.answer import Answer, News
from novastack_simulators.tapes.recorder.asked import Asked, back, onward
from novastack_simulators.tapes.recorder.base import Base
from novastack_simulators.tapes.recorder.caller import Caller
from novastack_simulators.tapes.recorder.draft import LONGEST, Seen
from novastack_simulators.tapes.recorder.far import Far, Nanos, UnreachableError
from novastack_simulators.tapes.tape import Ended

LOGGER: Final = logging.getLogger("novastack.recorder")
NANOS: Final = 1000
"""In a microsecond."""


class Book(Protocol):
    """Where exchanges are written down."""

    def number(self) -> int: ...

    def keep(self, number: int, seen: Seen) -> None: ...

    def unreached(self, number: int, asked: Asked, why: str) -> None: ...


class World(NamedTuple):
    """What a talk knows: the endpoint and how to connect to it, clocks, where to write, and how long the endpoint may be silent.

    `wall` gives unix seconds, `timeout` is in seconds of silence.
    """

    base: Base
    connect: Callable[[Callable[[], None]], Awaitable[Far]]
    clock: Nanos
    wall: Callable[[], float]
    book: Book
    timeout: float


class Exchange:
    """One request on its way to the endpoint, and its answer on the way back."""

    def __init__(self, asked: Asked, world: World) -> None:
        self.asked = asked
        self.answer = Answer(asked.method)
        self._world = world
        self.number = world.book.number()
        self._recorded = world.wall()
        self.sent = 0

    def us(self, at: int) -> int:
        """Microseconds after the request's arrival."""
        return (at - self.asked.arrived) // NANOS

    def ended(self, ended: Ended, us: int) -> None:
        """Writes it down."""
        seen = Seen(self._world.base, self._recorded, self.asked, self.sent, self.answer, ended, us)
        self._world.book.keep(self.number, seen)


class Talk:
    """Serves one caller."""

    def __init__(self, caller: Caller, world: World) -> None:
        self._caller = caller
        self._world = world
        self._far: Far | None = None

    async def serve(self) -> None:
        """Until either side leaves."""
        try:
            while await self._exchanged(await self._caller.next()):
                pass
        except asyncio.CancelledError:
            self._caller.abort()  # it has left, or the recorder stops
        except Exception:
            LOGGER.exception("the recorder failed")
            self._caller.abort()
        finally:
            if self._far is not None:
                self._far.abort()
            self._caller.close()

    def _lost(self) -> None:
        """The endpoint closed its connection; between two exchanges that is the end."""
        if not self._caller.busy:
            self._caller.close()

    async def _exchanged(self, asked: Asked) -> bool:
        """Whether both connections can be used again."""
        exchange = Exchange(asked, self._world)
        self._caller.busy = True
        try:
            self._far = self._far or await self._world.connect(self._lost)
        except UnreachableError as error:
            self._world.book.unreached(exchange.number, asked, str(error))
            self._caller.refuse(502, "Bad Gateway", f"the recorder cannot reach {self._world.base.url}: {error}")
            return False
        ended: Ended = "cancelled"
        us = None
        try:
            self._far.send(onward(asked, self._world.base))
            exchange.sent = exchange.us(self._world.clock())
            ended, us = await self._heard(exchange, self._far)
        finally:
            exchange.ended(ended, exchange.us(self._world.clock()) if us is None else us)
        self._caller.busy = False
        return await self._settled(exchange, ended)

    async def _heard(self, exchange: Exchange, far: Far) -> tuple[Ended, int]:
        """Passes the answer on as it comes; returns how it ended, and when."""
        answer, us = exchange.answer, 0
        while not answer.whole:
            try:
                async with asyncio.timeout(self._world.timeout):
                    read = await far.read()
            except TimeoutError:
                return "timeout", exchange.us(self._world.clock())
            us = exchange.us(read.at)
            if read.lost is not None:
                return self._closed(exchange, read.lost == "fin", us), us
            self._pass(exchange, answer.feed(us, read.data))
            if answer.size > LONGEST:
                answer.forget()
            await self._drained(far)
        return "complete", us

    def _closed(self, exchange: Exchange, fin: bool, us: int) -> Ended:
        answer = exchange.answer
        if fin:
            answer.closed()
        self._caller.write(answer.lost(us))
        if answer.whole:
            return "complete"
        return "fin" if fin else "rst"

    def _pass(self, exchange: Exchange, news: News) -> None:
        asked, answer = exchange.asked, exchange.answer
        for head in news.heads:
            # RFC 9110, 15.2: an interim response is passed on, but HTTP/1.0 knows none.
            if head.status >= 200 or asked.version == "1.1":
                self._caller.write(back(head, asked, close=not (answer.persists and asked.persists)))
        verbatim = asked.version == "1.1" or answer.head is None
        self._caller.write(news.wire if verbatim else b"".join(piece.data for piece in news.pieces))

    async def _drained(self, far: Far) -> None:
        """Reads no more than the caller takes: its slowness is then the endpoint's, as it would be without us."""
        if self._caller.paused:
            far.pause()
            await self._caller.drained()
            far.resume()

    async def _settled(self, exchange: Exchange, ended: Ended) -> bool:
        """The end of the one connection becomes that of the other."""
        if ended == "complete":
            kept = self._far is not None and not self._far.closed
            return kept and exchange.answer.persists and exchange.asked.persists
        if ended == "timeout" and exchange.answer.head is None:
            silence = f"the endpoint was silent for {self._world.timeout:g} s"
            self._caller.refuse(504, "Gateway Timeout", f"the recorder stopped waiting: {silence}")
        elif ended != "fin":
            await self._caller.reset()
        return False
