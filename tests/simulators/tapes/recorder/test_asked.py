"""A request goes on as it came but for what is a connection's own; so does the head of its answer come back."""

import pytest

from novastack_simulators.tapes.recorder.asked import Asked, back, onward
from novastack_simulators.tapes.recorder.base import base
from novastack_simulators.tapes.recorder.head import Head, Headers


def asked(*headers: tuple[bytes, bytes], body: bytes = b"{}", version: str = "1.1") -> Asked:
    return Asked("POST", b"/x?key=1", version, headers, body, 0)


def test_a_request_goes_on_byte_for_byte() -> None:
    """Credentials too; the host is the endpoint's, and no coding is asked for."""
    headers = (
        (b"Host", b"recorder"), (b"Authorization", b"Bearer k"), (b"accept-encoding", b"gzip, br"),
        (b"Connection", b"keep-alive"), (b"Content-length", b"2"), (b"X-Odd", b"a,b"), (b"Expect", b"100-continue"),
    )  # fmt: skip
    lines = [
        b"POST /v1/x?key=1 HTTP/1.1", b"Host: h:81", b"Authorization: Bearer k", b"X-Odd: a,b",
        b"Accept-Encoding: identity", b"Content-Length: 2", b"", b"{}",
    ]  # fmt: skip
    assert b"\r\n".join(lines) == onward(asked(*headers), base("http://h:81/v1"))


@pytest.mark.parametrize(
    ("headers", "body", "told"),
    [((), b"", False), (((b"content-length", b"0"),), b"", True), (((b"transfer-encoding", b"chunked"),), b"x", True)],
)
def test_a_body_has_its_length(headers: Headers, body: bytes, told: bool) -> None:
    """Chunks of the caller's connection become a length on the endpoint's; no body has none."""
    sent = onward(asked(*headers, body=body), base("http://h"))
    assert (told, True) == (b"Content-Length: %d\r\n" % len(body) in sent, sent.endswith(b"\r\n\r\n" + body))


HEAD = Head(200, b"Fine", "1.1", ((b"X-A", b"1"), (b"Transfer-Encoding", b"chunked"), (b"Connection", b"keep-alive")))


def test_a_head_comes_back_as_it_was() -> None:
    """Its reason too; the chunks are passed on, and so is what says that there are some."""
    wanted = b"HTTP/1.1 200 Fine\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert wanted == back(HEAD, asked(), close=False)


def test_http_1_0_knows_no_chunks() -> None:
    """RFC 9112, 6.1; the end of the connection then ends the body."""
    wanted = b"HTTP/1.1 200 Fine\r\nX-A: 1\r\nConnection: close\r\n\r\n"
    assert wanted == back(HEAD, asked(version="1.0"), close=True)


def test_of_two_lengths_the_chunks_count() -> None:
    """RFC 9112, 6.3."""
    head = HEAD._replace(headers=((b"Content-Length", b"9"), (b"Transfer-Encoding", b"chunked")))
    assert b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n" == back(head, asked(), close=False)


def test_an_interim_response_closes_nothing() -> None:
    """RFC 9110, 15.2."""
    assert b"HTTP/1.1 103 Fine\r\n\r\n" == back(Head(103, b"Fine", "1.1", ()), asked(), close=True)


@pytest.mark.parametrize(
    ("version", "connection", "persists"), [("1.1", b"", True), ("1.1", b"Close", False), ("1.0", b"keep-alive", False)]
)
def test_whether_the_caller_comes_again(version: str, connection: bytes, persists: bool) -> None:
    """RFC 9112, 9.3; HTTP/1.0 is closed."""
    assert persists == asked((b"connection", connection), version=version).persists
