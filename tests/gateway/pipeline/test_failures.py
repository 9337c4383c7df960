"""Failures before the answer has begun: they have a status (cases SEC-06, STR-04, STR-07, LC-04)."""

import asyncio

import pytest
from gateway_asks import EVENT_STREAM, SECRET, Bench, json_reply
from gateway_benches import WHOLE, ask, bench, body

from novastack_gateway.transport import Broken, TooSlow, Unreachable
from novastack_gateway.transport.memory import MemoryReply


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
