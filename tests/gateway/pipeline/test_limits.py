"""A caller's limit, and how every reply tells of it (cases RL-01 to RL-03)."""

import asyncio

from gateway_asks import KEY, Told
from gateway_benches import ask, bench, body
from hypothesis import given, settings
from hypothesis import strategies as st

from novastack_gateway.edge import Request


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
