"""Bodies of requests: chunks, limits, and clients that are still sending (cases FRM-15, HDR-09)."""

from typing import Any

import httpx
import pytest
from gateway_upstreams import PATIENCE
from gateway_wire import CHUNKED, HEAD, KEY, LIMIT, Lab, chat, chunked, post


@pytest.mark.parametrize("cuts", [1, 7, 1000])
def test_a_chunked_body_in_any_pieces(lab: Lab, cuts: int) -> None:
    """Its trailers are thrown away: they are no headers (HDR-09)."""
    body = chat("chunky")
    pieces = [body[at : at + cuts] for at in range(0, len(body), cuts)]
    data = chunked(*pieces)[:-2] + b"X-Forwarded-To: claude\r\nAuthorization: Bearer wrong\r\n\r\n"
    with lab.wire() as wire:
        wire.send(HEAD, CHUNKED, b"\r\n\r\n")
        for at in range(0, len(data), 200):
            wire.send(data[at : at + 200])
        assert 200 == wire.reply().status
        wire.send(post(chat("next")))
        assert 200 == wire.reply().status
    assert ["chunky", "next"] == lab.texts()


def test_expect_100_continue_is_answered(lab: Lab) -> None:
    """The client waits for it before it sends its body."""
    body = chat("waited")
    with lab.wire() as wire:
        wire.send(HEAD, b"expect: 100-continue\r\ncontent-length: %d\r\n\r\n" % len(body))
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == wire.until(b"\r\n\r\n")
        wire.send(body)
        assert 200 == wire.reply().status


@pytest.mark.parametrize(("key", "size", "status"), [(b"wrong", 10, 401), (KEY.encode(), LIMIT + 1, 413)])
def test_expect_100_continue_is_refused_early(lab: Lab, key: bytes, size: int, status: int) -> None:
    """FRM-15: no body is asked for where none will be read."""
    with lab.wire() as wire:
        wire.send(post(b"", b"expect: 100-continue", b"content-length: %d" % size, key=key))
        reply = wire.reply()
        assert (status, "close", b"") == (reply.status, reply.headers["connection"], wire.rest())


def test_a_body_that_is_announced_too_large_is_refused_at_once(lab: Lab) -> None:
    """413 before a byte of it was read."""
    with lab.wire() as wire:
        wire.send(post(b"", b"content-length: 100001"))
        reply = wire.reply()
        assert (413, "request_too_large", "close") == (reply.status, reply.error["code"], reply.headers["connection"])
    assert [] == lab.plain.asked


def test_a_chunked_body_is_counted(lab: Lab) -> None:
    """413 as soon as it is too large, though it goes on for ever."""
    with lab.wire() as wire:
        wire.send(HEAD, CHUNKED, b"\r\n\r\n")
        piece = b"2710\r\n" + b"x" * 10_000 + b"\r\n"
        wire.send(piece * 11)
        reply = wire.reply()
        assert (413, "close") == (reply.status, reply.headers["connection"])


@pytest.mark.parametrize("key", [KEY, "wrong"])
@pytest.mark.parametrize("generated", [False, True])
def test_a_real_client_reads_the_refusal_of_a_large_body(lab: Lab, key: str, generated: bool) -> None:
    """It is still sending while we refuse: closing at once would destroy what we said."""
    pieces = [b"x" * 100_000] * 100
    content: Any = iter(pieces) if generated else b"".join(pieces)
    with httpx.Client(timeout=PATIENCE, trust_env=False) as client:
        reply = client.post(
            f"{lab.url}/v1/chat/completions", content=content, headers={"authorization": f"Bearer {key}"}
        )
    assert (413 if key == KEY else 401) == reply.status_code
    assert "error" in reply.json()


@pytest.mark.parametrize("key", [KEY.encode(), b"wrong"])
def test_nothing_after_a_refused_body_is_a_request(lab: Lab, key: bytes) -> None:
    """The rest of the body must not be read as the next request."""
    smuggled = post(chat("smuggled"))
    with lab.wire() as wire:
        wire.send(post(b"", b"content-length: %d" % (LIMIT + len(smuggled)), key=key), smuggled)
        assert wire.reply().status in (401, 413)
        assert b"" == wire.rest()
    assert [] == lab.plain.asked
