"""The way of a request, from the key to the settled exchange (cases SEC, HDR, JSN, STR, RL of cases-gateway 4.2)."""

import asyncio
import json
from typing import Any

import pytest
from gateway_asks import EVENT_STREAM, KEY, SECRET, Bench, Told, chunks, json_reply, sse, stream_reply
from hypothesis import given, settings
from hypothesis import strategies as st

from novastack_gateway.dialects import DIALECTS
from novastack_gateway.edge import Request
from novastack_gateway.errors import Header
from novastack_gateway.exchange import Exchange, Usage
from novastack_gateway.log import Log
from novastack_gateway.metrics import Metrics
from novastack_gateway.pipeline import dropped_header, request_id
from novastack_gateway.transport import Broken, TooSlow, Unreachable, UpstreamReply, UpstreamRequest
from novastack_gateway.transport.memory import MemoryReply

USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
WHOLE = {"id": "x", "object": "chat.completion", "choices": [], "usage": USAGE}
FIRST = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
LAST = b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n'
DONE = b"data: [DONE]\n\n"
CLAUDE = {
    "id": "msg_1",
    "content": [{"type": "text", "text": "hello"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 4},
}


def body(model: str = "openai", **more: Any) -> bytes:
    return json.dumps({"model": model, "messages": [{"role": "user", "content": "hi"}], **more}).encode()


def bench(reply: UpstreamReply | Exception | None = None, **more: Any) -> Bench:
    return Bench(lambda _: json_reply(WHOLE) if reply is None else reply, **more)


def ask(bench: Bench, data: bytes, *headers: Header, **more: Any) -> Told:
    return asyncio.run(bench.ask(data, *headers, **more))


def sent(bench: Bench) -> list[UpstreamRequest]:
    return [request for transport in bench.transports.values() for request in transport.requests]


# Who, what and where.


def test_an_answer_travels_as_it_came() -> None:
    """With the ids of request and upstream, and the exchange is settled."""
    one = bench()
    told = ask(one, body())
    assert (200, WHOLE) == (told.status, json.loads(told.body))
    assert [b"req_new"] == told.header(b"x-request-id")
    assert [b"openai"] == told.header(b"x-novastack-upstream")
    expected = Exchange(
        request_id="req_new",
        caller="someone",
        upstream="openai",
        model="openai",
        stream=False,
        status=200,
        error=None,
        duration=0.0,
        first_byte=0.0,
        usage=Usage(3, 4),
    )
    assert [expected] == one.exchanges


@pytest.mark.parametrize("dialect", list(DIALECTS))
def test_the_client_s_key_stays_and_the_upstream_s_goes_out(dialect: str) -> None:
    """SEC-05, HDR-04: only what is on the list is sent, whatever the client sent."""
    one = bench()
    junk = (b"cookie", b"x-api-key", b"api-key", b"forwarded", b"x-forwarded-for", b"baggage", b"x-host", b"te")
    ask(one, body(dialect), *((name, KEY) for name in junk))
    (request,) = sent(one)
    names = {name for name, _ in request.headers}
    expected = {b"content-type", b"accept-encoding", b"x-request-id", *dict(DIALECTS[dialect].credential(SECRET))}
    assert expected == names
    assert KEY not in b"".join(value for _, value in request.headers) + request.body


@pytest.mark.parametrize(
    ("key", "headers"), [(None, ()), (b"wrong", ()), (KEY, ((b"authorization", b"Bearer " + KEY),)), (b"", ())]
)
def test_without_the_key_nothing_happens(key: bytes | None, headers: tuple[Header, ...]) -> None:
    """SEC-01, SEC-02: 401, and no attempt at any upstream."""
    one = bench()
    told = ask(one, body(), *headers, key=key)
    assert (401, "invalid_api_key", []) == (told.status, told.error["code"], sent(one))
    assert told.header(b"www-authenticate")
    assert [b"none"] == told.header(b"x-novastack-upstream")


def test_the_key_is_asked_before_the_body_is_read() -> None:
    """SEC-08: a body of any size, and of any kind, is refused unread."""
    assert 401 == ask(bench(), b"x" * 5_000_000, key=b"wrong").status


def test_a_body_that_is_too_large_is_a_413() -> None:
    """FRM-15: and nothing is sent."""
    one = bench()
    assert (413, []) == (ask(one, b"x" * 1_000_001).status, sent(one))


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b'"x"', b'{"model":', b'{"model":NaN}', b"\xff", b"[" * 200_000])
def test_bad_bodies_are_a_400(data: bytes) -> None:
    """JSN-01: in OpenAI's shape, and nothing is sent."""
    one = bench()
    told = ask(one, data)
    assert (400, "invalid_request_error", []) == (told.status, told.error["type"], sent(one))
    assert {"message", "type", "param", "code"} == set(told.error)


@pytest.mark.parametrize("model", ["nope", "ok\r\nX-Injected: 1", "\x00", "é", "x" * 100_000, "../admin"])
def test_an_unknown_model_is_a_404_without_a_word_in_a_header(model: str) -> None:
    """HDR-08: the model's name is told in JSON only, and cut."""
    one = bench()
    told = ask(one, body(model))
    assert (404, "model_not_found", []) == (told.status, told.error["code"], sent(one))
    assert not any(b"\r" in value or b"Injected" in value for _, value in told.headers)
    assert len(told.body) < 1500


def test_path_and_header_choose_the_upstream() -> None:
    """And the reply names it."""
    one = bench()
    by_path = ask(one, body(), path="deepseek")
    by_header = ask(one, body(), (b"x-forwarded-to", b"deepseek"))
    assert [b"deepseek"] * 2 == by_path.header(b"x-novastack-upstream") + by_header.header(b"x-novastack-upstream")


def test_connection_cannot_take_our_header_away() -> None:
    """HDR-02: naming it in Connection changes nothing."""
    headers = ((b"connection", b"x-forwarded-to, authorization"), (b"x-forwarded-to", b"deepseek"))
    assert [b"deepseek"] == ask(bench(), body(), *headers).header(b"x-novastack-upstream")


@pytest.mark.parametrize("member", ["api_base", "base_url", "custom_host", "extra_headers"])
def test_a_body_cannot_choose_where_it_goes(member: str) -> None:
    """SSRF-01: the upstream comes from the configuration."""
    one = bench()
    ask(one, body(**{member: "http://evil.example"}))
    assert 1 == len(one.transports["openai"].requests)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((b"abc-1.2_X",), b"abc-1.2_X"),
        ((b"x" * 128,), b"x" * 128),
        ((), b"req_new"),
        ((b"x" * 129,), b"req_new"),
        ((b"a b",), b"req_new"),
        ((b"a\r\nb",), b"req_new"),
        ((b"\xc3\xa9",), b"req_new"),
        ((b"",), b"req_new"),
        ((b"one", b"two"), b"req_new"),
        ((b"abc\n",), b"req_new"),
    ],
)
def test_a_safe_request_id_is_kept(values: tuple[bytes, ...], expected: bytes) -> None:
    """HDR-07: in the reply, to the upstream and in the exchange."""
    headers = tuple((b"x-request-id", value) for value in values)
    assert expected == request_id(headers, lambda: b"req_new")
    one = bench()
    told = ask(one, body(), *headers)
    assert [expected] == told.header(b"x-request-id")
    assert expected == dict(sent(one)[0].headers)[b"x-request-id"]
    assert expected.decode() == one.exchanges[0].request_id


def test_numbers_survive_both_ways() -> None:
    """JSN-02: 2^53+1, 1e-7, -0.0, 1.0, key order and unknown members."""
    numbers = b'"big":9007199254740993,"e":1e-7,"z":-0.0,"f":1.0,"b":{"y":1,"x":2}'
    reply = MemoryReply(200, [], [b'{"id":"x",' + numbers + b"}"])
    one = bench(reply)
    told = ask(one, b'{"messages":[{"role":"user","content":"hi"}],"model":"openai",' + numbers + b"}")
    assert numbers in sent(one)[0].body
    assert b'{"id":"x",' + numbers + b"}" == told.body


# Limits.


def test_a_limited_key_is_told_how_it_stands_on_every_reply() -> None:
    """RL-03: 200, 400, 404, 413 and 429; what was refused earlier costs nothing (RL-02)."""
    one = bench(limit=2)
    bodies = [b"bad", body("nope"), b"x" * 1_000_001, body(), body(), body()]
    told = [ask(one, data) for data in bodies]
    assert [400, 404, 413, 200, 200, 429] == [each.status for each in told]
    assert [[b"2"]] * 6 == [each.header(b"x-ratelimit-limit-requests") for each in told]
    remaining = [each.header(b"x-ratelimit-remaining-requests") for each in told]
    assert [[b"2"], [b"2"], [b"2"], [b"1"], [b"0"], [b"0"]] == remaining


def test_retry_after_is_the_truth() -> None:
    """RL-03: a second less is refused, the time told is enough."""
    one = bench(limit=1)
    ask(one, body())
    one.now += 12.5
    told = ask(one, body())
    assert ([b"48"], [b"47500"]) == (told.header(b"retry-after"), told.header(b"retry-after-ms"))
    assert ("requests", "rate_limit_exceeded") == (told.error["type"], told.error["code"])
    one.now += 46.5
    assert 429 == ask(one, body()).status
    one.now += 1.0
    assert 200 == ask(one, body()).status


def test_a_key_without_a_limit_is_told_of_none() -> None:
    """Not of an invented one."""
    assert not any(name.startswith(b"x-ratelimit") for name, _ in ask(bench(), body()).headers)


def test_a_slow_body_is_counted_when_it_has_come() -> None:
    """Else bodies held back for a minute would all be let through beside the next minute's."""

    async def run() -> list[int | None]:
        one = bench(limit=1)
        held = asyncio.Event()
        request_began = asyncio.Event()

        async def read(limit: int) -> bytes:
            request_began.set()
            await held.wait()
            return body()

        slow = Told()
        headers = [(b"authorization", b"Bearer " + KEY)]
        task = asyncio.ensure_future(one.pipeline.chat(Request("POST", "/", headers, read), slow))
        await request_began.wait()
        one.now += 61
        held.set()
        await task
        return [slow.status, (await one.ask(body())).status]

    assert [200, 429] == asyncio.run(run())


@given(st.lists(st.integers(0, 80).map(lambda quarters: quarters / 4), min_size=1, max_size=25), st.integers(1, 4))
@settings(max_examples=30)
def test_the_limit_is_exact_through_the_pipeline(gaps: list[float], limit: int) -> None:
    """RL-01: over any sliding minute, against a count by brute force."""
    one = bench(limit=limit)
    admitted: list[float] = []

    async def run() -> None:
        for gap in gaps:
            one.now += gap
            room = sum(one.now - 60 < time <= one.now for time in admitted) < limit
            told = await one.ask(body())
            assert (200 if room else 429) == told.status
            if room:
                admitted.append(one.now)

    asyncio.run(run())


# Failures before the answer.


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (Unreachable("no connection"), 502, "upstream_unreachable"),
        (Broken("cut"), 502, "upstream_broken"),
        (TooSlow("late"), 504, "upstream_timeout"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_no_answer_at_all(failure: Exception, status: int, code: str, stream: bool) -> None:
    """Told with a status, and settled with it."""
    one = bench(failure)
    told = ask(one, body(stream=stream))
    assert (status, code) == (told.status, told.error["code"])
    assert (status, code, "openai") == (one.exchanges[0].status, one.exchanges[0].error, one.exchanges[0].upstream)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("stream", [False, True])
def test_a_refused_credential_is_the_gateways_trouble(status: int, stream: bool) -> None:
    """SEC-06: 502, without a word of the provider or a piece of the key."""
    reply = json_reply({"error": {"message": f"bad key {SECRET[:6]}***{SECRET[-4:]}"}}, status)
    told = ask(bench(reply), body(stream=stream))
    assert (502, "upstream_auth_error") == (told.status, told.error["code"])
    assert b"bad key" not in told.body
    assert reply.closed


def test_a_limit_of_the_upstream_is_told_with_its_wait() -> None:
    """C24: the code says whose limit it was."""
    told = ask(bench(json_reply({"error": "slow down"}, 429, (b"retry-after", b"7"))), body())
    assert (429, "upstream_rate_limited", [b"7"]) == (told.status, told.error["code"], told.header(b"retry-after"))


@pytest.mark.parametrize("pieces", [[b"x" * 300_000], [b'{"error":'], []])
def test_an_error_whose_body_does_not_arrive_keeps_its_status(pieces: list[bytes]) -> None:
    """Too long or cut: the status says enough."""
    assert 429 == ask(bench(MemoryReply(429, [], pieces, Broken("cut"))), body()).status


def test_nothing_of_the_upstreams_headers_reaches_the_client() -> None:
    """HDR-05: neither cookies nor the tenant's limits, on success or failure."""
    junk = (
        (b"set-cookie", b"a=b"),
        (b"server", b"secret/1.0"),
        (b"via", b"1.1 internal"),
        (b"alt-svc", b"h3"),
        (b"x-ratelimit-remaining-requests", b"1"),
        (b"x-request-id", b"theirs"),
        (b"openai-organization", b"org"),
    )
    for status in (200, 500):
        told = ask(bench(json_reply(WHOLE, status, *junk)), body())
        assert {b"x-request-id", b"x-novastack-upstream", b"content-type"} == {name for name, _ in told.headers}
        assert [b"req_new"] == told.header(b"x-request-id")


@pytest.mark.parametrize(
    "reply",
    [
        MemoryReply(200, [(b"content-type", b"text/html")], [b"<html>10.1.2.3</html>"]),
        MemoryReply(200, [(b"content-type", b"application/json")], [b'{"error":{"message":"no"}}']),
        MemoryReply(200, [EVENT_STREAM], []),
        MemoryReply(200, [EVENT_STREAM], [b'data: {"error":{"message":"no"}}\n\n']),
        MemoryReply(200, [EVENT_STREAM], [b"data: <html>\n\n"]),
        MemoryReply(204, [], []),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_200_that_is_no_answer_is_a_failure(reply: MemoryReply, stream: bool) -> None:
    """STR-04: told with a status, since nothing was sent yet."""
    fresh = MemoryReply(reply.status, reply.headers, list(reply.pieces))
    told = ask(bench(fresh), body(stream=stream))
    assert (502, True) == (told.status, fresh.closed)
    assert b"10.1.2.3" not in told.body


def test_a_crash_is_settled_as_a_500() -> None:
    """LC-04: and goes on to the edge, which answers."""
    one = bench(RuntimeError("bug"))
    with pytest.raises(RuntimeError):
        ask(one, body())
    assert (500, "internal") == (one.exchanges[0].status, one.exchanges[0].error)


def test_a_client_that_leaves_is_settled_as_a_499() -> None:
    """STR-07: and the upstream's reply is closed."""

    async def run() -> tuple[Bench, MemoryReply]:
        waiting = asyncio.Event()

        class Endless(MemoryReply):
            async def chunk(self) -> bytes:
                waiting.set()
                await asyncio.Event().wait()
                return b""

        reply = Endless(200, [EVENT_STREAM])
        one = bench(reply)
        task = asyncio.ensure_future(one.ask(body(stream=True)))
        await waiting.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return one, reply

    one, reply = asyncio.run(run())
    assert (499, True) == (one.exchanges[0].status, reply.closed)


# Streams.


def test_a_stream_travels_as_it_comes() -> None:
    """Event by event, with the headers that keep proxies from holding it back."""
    one = bench(stream_reply(FIRST, LAST + DONE))
    told = ask(one, body(stream=True))
    assert (200, FIRST + LAST + DONE, True) == (told.status, told.body, told.closed)
    assert [FIRST, LAST, DONE] == told.writes
    assert [b"text/event-stream; charset=utf-8"] == told.header(b"content-type")
    assert ([b"no-cache"], [b"no"]) == (told.header(b"cache-control"), told.header(b"x-accel-buffering"))
    assert (200, Usage(3, 4), True) == (one.exchanges[0].status, one.exchanges[0].usage, one.exchanges[0].stream)


def test_unicode_separators_inside_an_event_are_text() -> None:
    """STR-01: for every cut of the bytes."""
    event = 'data: {"choices":[{"delta":{"content":"\u2028\u2029\u0085\x0b\x0cé"}}]}\n\n'.encode()
    for at in range(1, len(event)):
        told = ask(bench(stream_reply(event[:at], event[at:], DONE)), body(stream=True))
        assert event + DONE == told.body


def test_nothing_is_passed_on_after_the_end() -> None:
    """What follows [DONE] belongs to nobody."""
    told = ask(bench(stream_reply(FIRST + DONE + FIRST)), body(stream=True))
    assert FIRST + DONE == told.body


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (stream_reply(FIRST), "upstream_truncated"),
        (stream_reply(FIRST, b"data: [DONE]\n"), "upstream_truncated"),
        (stream_reply(FIRST, fails=Broken("cut")), "upstream_broken"),
        (stream_reply(FIRST, fails=TooSlow("late")), "upstream_timeout"),
        (stream_reply(FIRST, b"data: {oops\n\n"), "upstream_invalid"),
        (stream_reply(FIRST, b'data: {"error":{"message":"no","code":"overloaded"}}\n\n'), "overloaded"),
        (stream_reply(FIRST, b"data: " + b"x" * 9_000_000), "upstream_invalid"),
    ],
)
def test_a_stream_that_breaks_says_so(reply: MemoryReply, code: str) -> None:
    """STR-03: an error in the stream, no [DONE], and the exchange is not a 200."""
    fresh = MemoryReply(200, reply.headers, list(reply.pieces), reply.fails)
    one = bench(fresh)
    told = ask(one, body(stream=True))
    assert (200, True, True) == (told.status, told.closed, fresh.closed)
    assert told.body.startswith(FIRST)
    assert b"[DONE]" not in told.body
    error = json.loads(told.body.removeprefix(FIRST).removeprefix(b"data: "))["error"]
    assert code == error["code"]
    assert one.exchanges[0].status >= 500
    assert code == one.exchanges[0].error


def test_a_translated_stream_that_breaks_says_so_too() -> None:
    """With the chunks that had come, and the usage that was told."""
    start = sse(("message_start", {"message": {"id": "msg_1", "content": [], "usage": {"input_tokens": 3}}}))
    one = bench(stream_reply(start))
    told = ask(one, body("anthropic", stream=True))
    assert b"chat.completion.chunk" in told.body
    assert b"[DONE]" not in told.body
    assert (502, "upstream_truncated", Usage(3, 0)) == (
        one.exchanges[0].status,
        one.exchanges[0].error,
        one.exchanges[0].usage,
    )


def test_a_translated_answer_and_stream() -> None:
    """Through the pipeline, by the Messages API's path."""
    one = bench(json_reply(CLAUDE))
    told = ask(one, body("anthropic", seed=1))
    assert "hello" == json.loads(told.body)["choices"][0]["message"]["content"]
    assert (b"/v1/messages", [b"seed"]) == (sent(one)[0].path, told.header(b"x-novastack-dropped"))
    stopped = ("message_delta", {"delta": {"stop_reason": "end_turn"}})
    start = ("message_start", {"message": {"id": "msg_1", "content": [], "usage": {}}})
    streamed = ask(bench(stream_reply(sse(start, stopped, ("message_stop", {})))), body("anthropic", stream=True))
    assert "stop" == chunks(streamed.body)[-1]["choices"][0]["finish_reason"]


# What is said in headers, logs and metrics.


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), None),
        (("seed", "top_p"), b"seed,top_p"),
        (("a\r\nX-Injected: 1",), b"?"),
        (("é", "\x00", "a b", "a,b", "x" * 65, ""), b"?"),
        (tuple(f"p{number:03}" for number in range(500)), b",".join(b"p%03d" % number for number in range(32))),
    ],
)
def test_dropped_parameters_are_named_where_their_names_are_plain(
    names: tuple[str, ...], expected: bytes | None
) -> None:
    """HDR-08: they are the client's words, and must not become headers."""
    assert (() if expected is None else ((b"x-novastack-dropped", expected),)) == dropped_header(names)


def test_a_parameters_name_cannot_inject_a_header() -> None:
    """Through the whole pipeline."""
    told = ask(bench(json_reply(CLAUDE)), body("anthropic", **{"a\r\nx-injected: 1": 1}))
    assert (200, [b"?"]) == (told.status, told.header(b"x-novastack-dropped"))


WORDS = st.sampled_from([KEY.decode(), SECRET, "hi", "sk-abcdefgh", "\r\n", "é", "model", "\u2028"])
REQUESTS = st.fixed_dictionaries(
    {
        "model": st.sampled_from([*DIALECTS, "nope", KEY.decode()]),
        "messages": st.just([{"role": "user", "content": "hi"}]),
    },
    optional={
        "stream": st.booleans(),
        "temperature": st.sampled_from([1, 5]),
        "tools": WORDS,
        "user": st.sampled_from(["u", "v"]),
        "seed": st.integers(),
    },
)
REPLIES = st.one_of(
    st.builds(
        lambda status, text, header: json_reply(
            {"error": {"message": text, "code": text, "param": text}}, status, header
        ),
        st.sampled_from([200, 302, 400, 401, 403, 404, 409, 413, 422, 429, 500, 529]),
        st.lists(WORDS, max_size=3).map(" ".join),
        st.sampled_from([(b"retry-after", SECRET.encode()), (b"set-cookie", SECRET.encode()), (b"server", b"x")]),
    ),
    st.builds(
        lambda text: stream_reply(
            FIRST, f"event: error\ndata: {json.dumps({'error': {'message': text}})}\n\n".encode()
        ),
        WORDS,
    ),
    st.sampled_from([Unreachable("no"), Broken("cut"), TooSlow("late")]),
)


@given(REQUESTS, REPLIES, st.sampled_from([KEY, b"wrong-" + SECRET.encode(), None]))
@settings(max_examples=250, deadline=None)
def test_neither_key_is_ever_seen_where_it_does_not_belong(
    request: dict[str, Any], reply: UpstreamReply | Exception, key: bytes | None
) -> None:
    """SEC-05: the client's not upstream, the upstream's not with the client, neither in a log line or a metric."""
    one = bench(reply)
    told = ask(one, json.dumps(request).encode(), key=key)
    seen_by_client = told.body + b"".join(name + value for name, value in told.headers)
    if SECRET not in json.dumps(request):
        assert SECRET.encode() not in seen_by_client
    for asked in sent(one):
        if KEY.decode() not in json.dumps(request):
            assert KEY not in asked.body + b"".join(value for _, value in asked.headers)
    metrics, log = Metrics(), Lines()
    for exchange in one.exchanges:
        metrics.observe(exchange)
        Log(log).write(exchange)  # type: ignore[arg-type]
    shown = metrics.text().decode() + "".join(log.lines)
    assert 1 == len(log.lines)
    assert not any(secret in shown for secret in (KEY.decode(), SECRET))


class Lines:
    """A file that keeps what is written to it."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, text: str) -> None:
        self.lines.append(text)

    def flush(self) -> None:
        """Nothing is held back."""
