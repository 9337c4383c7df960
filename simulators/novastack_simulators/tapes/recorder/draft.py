"""From what was seen of an exchange to its tape. Pure; what may not be written down does not get past here."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from novastack_simulators.tapes.codings import searchable
from novastack_simulators.tapes.recorder.answer import Answer, Timed
from novastack_simulators.tapes.recorder.asked import Asked
from novastack_simulators.tapes.recorder.base import Base
from novastack_simulators.tapes.recorder.head import Headers, values
from novastack_simulators.tapes.redaction import REQUEST, RESPONSE, Redaction, redaction
from novastack_simulators.tapes.tape import VERSION, Chunk, Ended, Request, Response, Tape, packed

LONGEST: Final = 64 * 1024 * 1024
"""Bytes of a body that are kept in memory for a tape."""


class UnkeptError(ValueError):
    """The exchange must not, or cannot, be written down; the text says why."""


class Seen(NamedTuple):
    """All that was seen of one exchange. `recorded` is in unix seconds, `sent` and `us` in microseconds after it."""

    base: Base
    recorded: float
    asked: Asked
    sent: int
    answer: Answer
    ended: Ended
    us: int


def tape_of(seen: Seen) -> Tape:
    """The tape of an exchange. Raises UnkeptError."""
    asked, answer = seen.asked, seen.answer
    if answer.size > LONGEST:
        raise UnkeptError(f"its answer is longer than the {LONGEST} bytes that a tape may have")
    target, _, query = seen.base.target(asked.target).decode("latin-1").partition("?")
    hidden = redaction(asked.headers, query, asked.body)
    _searched("request", asked.body, asked.headers, hidden)
    response, rest = _said(answer, hidden)
    return Tape(
        version=VERSION,
        upstream=hidden.text(seen.base.url),
        recorded=datetime.fromtimestamp(seen.recorded, UTC).isoformat(timespec="microseconds"),
        request=Request(
            method=asked.method,
            path=hidden.text(target),
            query=hidden.query(query),
            headers=hidden.fields(asked.headers, REQUEST),
            body=packed(hidden.request(asked.body)),
        ),
        sent=seen.sent,
        response=response,
        rest=rest,
        ended=seen.ended,
        us=seen.us,
    )


def _said(answer: Answer, hidden: Redaction) -> tuple[Response | None, tuple[Chunk, ...]]:
    """The response and the rest. Where no head could be read, all that came may be headers: none of it is kept."""
    if answer.head is None:
        return None, ()
    chunks, rest = answer.chunks, answer.rest
    whole = b"".join(timed.data for timed in (*chunks, *rest))
    _searched("answer", whole, answer.head.headers, hidden)
    # A key may lie across chunks: it is looked for in the whole, which is then cut as before.
    masked = hidden.masked(whole)
    body = sum(len(timed.data) for timed in chunks)
    response = Response(
        us=answer.began,
        status=answer.head.status,
        headers=hidden.fields(answer.head.headers, RESPONSE),
        chunks=tuple(_cut(chunks, masked[:body])),
        trailers=hidden.fields(answer.trailers, RESPONSE),
    )
    return response, tuple(_cut(rest, masked[body:]))


def _cut(timed: Sequence[Timed], data: bytes) -> Iterator[Chunk]:
    start = 0
    for us, piece, more in timed:
        end = start + len(piece)
        yield Chunk(us=us, offset=start, data=packed(data[start:end]), more=more)
        start = end


def _searched(whose: str, body: bytes, headers: Headers, hidden: Redaction) -> None:
    """A coded body cannot be masked, so it must be seen to hold no key."""
    coding = b", ".join(values(headers, b"content-encoding")).decode("latin-1")
    text = searchable(body, coding)
    if text is None:
        raise UnkeptError(f"the body of its {whose} is coded as {coding}, in which nobody can look for keys")
    if text is not body and hidden.request(text) != text:
        raise UnkeptError(f"the body of its {whose} is coded as {coding} and holds a key, which cannot be masked")
