"""Who may ask, what of a request is kept, and where it goes (cases SEC, HDR, JSN, SSRF)."""

import json

import pytest
from gateway_asks import KEY, SECRET
from gateway_benches import WHOLE, ask, bench, body, sent

from novastack_gateway.dialects import DIALECTS
from novastack_gateway.errors import Header
from novastack_gateway.exchange import Exchange, Usage
from novastack_gateway.pipeline import request_id
from novastack_gateway.transport.memory import MemoryReply


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
