"""What arrived: read, counted, verified, waited for, forgotten. However long the journal, others have their turns."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as Parameters
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import Field, field_validator

from novastack_simulators import journal
from novastack_simulators.control.scoped import named
from novastack_simulators.journal import Claim, Entry, Follower, Journal, Listing, Query, Steps, Verified, Waiter
from novastack_simulators.upstream import Upstream

NDJSON: Final = "application/x-ndjson"
BATCH: Final = 64
Result = TypeVar("Result")
Scoped = Annotated[str | None, Depends(named)]


class Shown(Listing):
    """Which entries, in which form: `fields` of them (a comma between two), as one JSON object or a line for each."""

    fields: str = ""
    format: Literal["json", "ndjson"] | None = None
    follow: bool = False

    @field_validator("fields")
    @classmethod
    def _known(cls, fields: str) -> str:
        for name in _names(fields):
            if name not in journal.TOLD:
                raise ValueError(f"an entry has no {name!r}: expected some of {', '.join(journal.TOLD)}")
        return fields


class Awaited(Query):
    """Which entries, how many of them, and for how long to wait (seconds)."""

    count: int = Field(default=1, ge=1)
    timeout: float = Field(default=5, ge=0, le=600)


def routes(router: APIRouter, upstream: Upstream) -> None:
    _reading(router, upstream.journal)
    _judging(router, upstream.journal)


def _reading(router: APIRouter, book: Journal) -> None:
    @router.get("/_sim/journal", tags=["journal"], response_class=StreamingResponse)
    async def read(asked: Annotated[Shown, Parameters()], scope: Scoped, request: Request) -> StreamingResponse:
        """What arrived, oldest first; of more than `limit` entries the newest, or with `after` the next."""
        shown = asked.also(scope)
        if shown.follow:
            return StreamingResponse(_followed(book, shown), media_type=NDJSON)
        lines = (shown.format or _accepted(request)) == "ndjson"
        written = _lines(book, shown) if lines else _object(book, shown)
        return StreamingResponse(written, media_type=NDJSON if lines else "application/json")

    @router.delete("/_sim/journal", status_code=204, tags=["journal"])
    async def forget(scope: Scoped) -> Response:
        """Forgets what arrived; with a scope, in that scope only."""
        if scope:
            book.forget(scope)
        else:
            book.clear()
        return Response(status_code=204)

    @router.get("/_sim/journal/count", tags=["journal"])
    async def count(asked: Annotated[Query, Parameters()], scope: Scoped) -> dict[str, int]:
        """How many entries there are."""
        return {"count": await _in_turns(journal.count(book, asked.also(scope))), "dropped": book.dropped}


def _judging(router: APIRouter, book: Journal) -> None:
    @router.post("/_sim/journal/verify", tags=["journal"])
    async def verify(claim: Claim, scope: Scoped) -> dict[str, Any]:
        """Whether a claim is true: `ok`, and in `message` what was expected, what was found and what came nearest."""
        return (await _in_turns(journal.verify(book, claim.within(scope)))).told()

    @router.get("/_sim/journal/wait", tags=["journal"], responses={408: {"description": "The time is up."}})
    async def wait(asked: Annotated[Awaited, Parameters()], scope: Scoped, request: Request) -> JSONResponse:
        """Waits until so many entries are there: as verified, or 408 with what came nearest."""
        verified = await _awaited(book, asked.also(scope), _left(request))
        if verified.ok:
            return JSONResponse(verified.told())
        message = f"waited {asked.timeout:g} s: {verified.message}"
        return JSONResponse({"error": {"message": message, "fields": []}, **verified.told()}, status_code=408)


async def _turn() -> None:
    await asyncio.sleep(0)  # noqa: TID251 - no time passes: others have their turn


async def _in_turns(steps: Steps[Result]) -> Result:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result
        await _turn()


def _names(fields: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in fields.split(",") if name.strip())


def _accepted(request: Request) -> str:
    return "ndjson" if NDJSON in request.headers.get("accept", "") else "json"


async def _object(book: Journal, shown: Shown) -> AsyncIterator[bytes]:
    """`{"entries": […], "dropped": n}`, as it is made."""
    yield b'{"entries":['
    between = b""
    for entries in journal.listed(book, shown):
        for batch in journal.batches(entries, _names(shown.fields)):
            if batch:
                yield between + b",".join(batch)
                between = b","
            await _turn()
    yield b'],"dropped":%d}' % book.dropped


async def _lines(book: Journal, shown: Shown) -> AsyncIterator[bytes]:
    for entries in journal.listed(book, shown):
        async for piece in _batched(entries, shown):
            yield piece


async def _followed(book: Journal, shown: Shown) -> AsyncIterator[bytes]:
    """What has ended, then each entry when it ends, until the client leaves."""
    news = asyncio.Event()
    follower = Follower(book.capacity, news.set)
    with book.watching(shown, follower.see):
        for entries in journal.listed(book, shown):
            async for piece in _batched(follower.old(entries), shown):
                yield piece
        follower.caught_up()
        while await news.wait():
            news.clear()
            while numbers := tuple(follower.take(BATCH)):
                known = (entry for number in numbers if (entry := book.entry(number)) is not None)
                async for piece in _batched(known, shown):
                    yield piece


async def _batched(entries: Iterable[Entry], shown: Shown) -> AsyncIterator[bytes]:
    """Lines; between two batches others have their turn."""
    for batch in journal.batches(entries, _names(shown.fields)):
        if batch:
            yield b"\n".join(batch) + b"\n"
        await _turn()


async def _awaited(book: Journal, asked: Awaited, left: Awaitable[None]) -> Verified:
    """Until they are there, or the time is up, or the client has left."""
    there = asyncio.Event()
    waiter = Waiter(asked.count, there.set)
    with book.watching(asked, waiter.see):
        for found in journal.meant(book, asked):
            for entry in found:
                waiter.see(entry)
            await _turn()
        await _first((there.wait(), left), asked.timeout)
    return await _in_turns(journal.verify(book, Claim(query=asked, at_least=asked.count)))


async def _first(things: Sequence[Awaitable[object]], timeout: float) -> None:  # noqa: ASYNC109 - the caller's figure
    tasks = [asyncio.ensure_future(each) for each in things]
    try:
        await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _left(request: Request) -> None:
    """Returns when the client has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
