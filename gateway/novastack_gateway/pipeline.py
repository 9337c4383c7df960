"""The way of a chat request, top to bottom: authenticate, read the envelope, route, limit, attempt, translate, settle.

It speaks to `Request` and `Reply`, never to a server; the clocks, ids and upstreams are arguments.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from novastack_gateway import failures
from novastack_gateway.callers import Caller, Callers
from novastack_gateway.dialects import Ask, Stream
from novastack_gateway.dialects.dialect import unusable
from novastack_gateway.edge import Reply, Request
from novastack_gateway.envelope import Envelope, read_envelope
from novastack_gateway.errors import JSON, Header, Problem
from novastack_gateway.exchange import Exchange, Usage
from novastack_gateway.limits import SlidingLog, rate_headers, state_headers
from novastack_gateway.routing import Choice, Signals, Table
from novastack_gateway.sse import Event, Events, EventTooLong
from novastack_gateway.transport import TransportError, UpstreamReply, UpstreamRequest
from novastack_gateway.upstream import Upstream

MAX_REPLY_BYTES: Final = 64 * 1024 * 1024
MAX_ERROR_BYTES: Final = 256 * 1024

MAX_DROPPED: Final = 32

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_PARAMETER: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")

# X-Accel-Buffering: nginx in front of us must not hold events back.
_EVENT_STREAM: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Both clocks, in seconds: `monotonic` for what lasts, `wall` for what is shown."""

    monotonic: Callable[[], float]
    wall: Callable[[], float]


@dataclass
class Course:
    """What becomes of one request while it is under way."""

    request_id: bytes
    began: float
    caller: str | None = None
    upstream: str | None = None
    model: str | None = None
    stream: bool = False
    status: int = 499  # until something else is known, the client has left
    error: str | None = None
    first_byte: float | None = None
    usage: Usage | None = None
    rate: tuple[Header, ...] = ()
    dropped: tuple[Header, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """Everything that a request meets."""

    callers: Callers
    table: Table
    limits: SlidingLog
    upstreams: Mapping[str, Upstream]
    clock: Clock
    new_id: Callable[[], bytes]
    settle: Callable[[Exchange], None]
    max_body_bytes: int

    async def chat(self, request: Request, reply: Reply) -> None:
        """Answer `POST /v1/chat/completions`; every failure that can be told is told in OpenAI's shape."""
        course = Course(request_id(request.headers, self.new_id), self.clock.monotonic())
        try:
            await self._answer(request, reply, course)
        except Problem as problem:
            self._refuse(reply, course, problem)
        except TransportError as error:
            self._refuse(reply, course, failures.unanswered(error))
        except EventTooLong as error:
            self._refuse(reply, course, unusable(str(error)))
        except Exception:
            course.status, course.error = 500, "internal"  # the edge, which logs it, will say so
            raise
        finally:
            self.settle(self._exchange(course))

    async def _answer(self, request: Request, reply: Reply, course: Course) -> None:
        caller = self.callers.authenticate(request.headers)
        course.caller, course.rate = caller.name, self.rate(caller)
        body = await request.read(self.max_body_bytes)
        envelope = read_envelope(body)
        course.stream = bool(envelope.stream)
        choice = self.table.choose(signals(request, envelope))
        course.upstream, course.model = choice.upstream, choice.model
        self._limit(caller, course)
        await self._attempt(body, envelope, choice, reply, course)

    def rate(self, caller: Caller) -> tuple[Header, ...]:
        """How the caller's limit stands, for replies that spend nothing of it."""
        limit = caller.requests_per_minute
        return () if limit is None else state_headers(self.limits.peek(caller.name, limit, self.clock.monotonic()))

    def _limit(self, caller: Caller, course: Course) -> None:
        limit = caller.requests_per_minute
        if limit is None:
            return
        # Now, not when the request began: a body may take its time, and a log that is out of order admits too many.
        decision = self.limits.take(caller.name, limit, self.clock.monotonic())
        course.rate = rate_headers(decision)
        if decision.allowed:
            return
        raise Problem(
            429,
            f"Rate limit reached for this key on requests per min (RPM): Limit {limit}, Used {limit}, Requested 1."
            f" Please try again in {decision.retry_after:.3f}s.",
            type="requests",
            code="rate_limit_exceeded",
        )

    async def _attempt(self, body: bytes, envelope: Envelope, choice: Choice, reply: Reply, course: Course) -> None:
        upstream = self.upstreams[choice.upstream]
        model, max_output_tokens = upstream.models[choice.model]
        ask = Ask(body, envelope, model, max_output_tokens, self.clock.wall())
        put = upstream.dialect.put(ask)
        course.dropped = dropped_header(put.dropped)
        headers = (
            (b"content-type", b"application/json"),
            (b"accept-encoding", b"identity"),
            (b"x-request-id", course.request_id),
            *upstream.credential,
        )
        answer = await upstream.transport.send(UpstreamRequest(upstream.dialect.path, headers, put.body))
        try:
            await self._relay(upstream, ask, answer, reply, course)
        finally:
            answer.close()

    async def _relay(self, upstream: Upstream, ask: Ask, answer: UpstreamReply, reply: Reply, course: Course) -> None:
        if answer.status != 200:
            raise failures.refused(upstream.dialect, answer.status, answer.headers, await _explanation(answer))
        if not ask.envelope.stream:
            whole = upstream.dialect.answer(ask, await answer.read(MAX_REPLY_BYTES))
            course.status, course.usage = 200, whole.usage
            course.first_byte = self.clock.monotonic()
            reply.send(200, self._headers(course, (JSON,)), whole.body)
            return
        if not _is_event_stream(answer.headers):
            raise unusable("it is not an event stream")
        stream = upstream.dialect.stream(ask)
        try:
            await self._stream(answer, stream, reply, course)
        finally:
            course.usage = stream.usage

    async def _stream(self, answer: UpstreamReply, stream: Stream, reply: Reply, course: Course) -> None:
        """Event by event, as they come. The reply begins with the first: until then a failure has a status."""
        events = Events()
        while not stream.ended:
            data = await answer.chunk()
            if not data:
                raise failures.truncated()
            for event in events.feed(data):
                if self._pass_on(stream, event, reply, course):
                    break
            await reply.drain()
        course.status = 200
        reply.end()
        await answer.finish()

    def _pass_on(self, stream: Stream, event: Event, reply: Reply, course: Course) -> bool:
        """Give the client what one event comes to; whether it was the last."""
        data = stream.feed(event)
        if data and not reply.started:
            course.first_byte = self.clock.monotonic()
            reply.start(200, self._headers(course, _EVENT_STREAM))
        reply.write(data)
        return stream.ended

    def _refuse(self, reply: Reply, course: Course, problem: Problem) -> None:
        """Tell the client, with a status if there is still time for one, else inside the stream, which then ends
        without the terminator that would call it complete."""
        upstream = self.upstreams.get(course.upstream or "")
        problem = problem if upstream is None else problem.without(upstream.secret)
        course.error = problem.code or problem.type
        course.status = problem.status
        if reply.started:
            reply.write(problem.event())
            reply.end()
        else:
            reply.send(problem.status, self._headers(course, (JSON, *problem.headers)), problem.body())

    def _headers(self, course: Course, headers: tuple[Header, ...]) -> list[Header]:
        named = (course.upstream or "none").encode()
        names = ((b"x-request-id", course.request_id), (b"x-novastack-upstream", named))
        return [*names, *course.rate, *course.dropped, *headers]

    def _exchange(self, course: Course) -> Exchange:
        return Exchange(
            request_id=course.request_id.decode(),
            caller=course.caller,
            upstream=course.upstream,
            model=course.model,
            stream=course.stream,
            status=course.status,
            error=course.error,
            duration=self.clock.monotonic() - course.began,
            first_byte=None if course.first_byte is None else course.first_byte - course.began,
            usage=course.usage,
        )


def request_id(headers: Sequence[Header], new_id: Callable[[], bytes]) -> bytes:
    """The client's own request id if it gave one that is safe to repeat in headers and logs, else a new one."""
    given = [value for name, value in headers if name == b"x-request-id"]
    return given[0] if len(given) == 1 and _REQUEST_ID.fullmatch(given[0]) else new_id()


def signals(request: Request, envelope: Envelope) -> Signals:
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers)
    return Signals(envelope.model, request.path_upstream, headers)


def _is_event_stream(headers: Sequence[Header]) -> bool:
    return any(name == b"content-type" and value.lower().startswith(b"text/event-stream") for name, value in headers)


async def _explanation(answer: UpstreamReply) -> bytes:
    """The body of an error reply. Its status says enough if the body does not arrive, or has no end."""
    try:
        return await answer.read(MAX_ERROR_BYTES)
    except TransportError:
        return b""


def dropped_header(names: Sequence[str]) -> tuple[Header, ...]:
    """The parameters that were left out. Their names come from the client, so only plain ones may enter a header."""
    plain = sorted({name if _PARAMETER.fullmatch(name) else "?" for name in names})
    return ((b"x-novastack-dropped", ",".join(plain[:MAX_DROPPED]).encode()),) if plain else ()
