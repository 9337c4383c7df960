"""A head that was sent before is known by its bytes, if it says all about its request."""

import pytest

from novastack_simulators.edge.reply import Request
from novastack_simulators.edge.same import head


def sent(body: bytes, *headers: tuple[bytes, bytes]) -> tuple[bytes, Request]:
    """A request in bytes, and as it is parsed."""
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    request = Request(method="POST", path="/v1", headers=headers, body=body)
    return b"POST /v1 HTTP/1.1\r\n" + lines + b"\r\n" + body, request


def test_the_next_is_known_by_its_bytes() -> None:
    """The same head and a body as long: only the body is new."""
    data, request = sent(b"abc", (b"host", b"x"), (b"content-length", b"3"))
    known = head(data, request)
    assert known is not None
    found = known.request(data[:-3] + b"xyz")
    assert found == Request(method="POST", path="/v1", headers=request.headers, body=b"xyz")
    assert found is not None
    assert found.headers is request.headers


def test_anything_else_is_parsed() -> None:
    """One byte more or less, or another one in the head."""
    data, request = sent(b"abc", (b"content-length", b"3"))
    known = head(data, request)
    assert known is not None
    assert [None] * 3 == [known.request(other) for other in (data + b"P", data[:-1], b"G" + data[1:])]


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ((b"content-length", b"4"),),
        ((b"content-length", b"3"), (b"content-length", b"3")),
        ((b"content-length", b"3"), (b"expect", b"100-continue")),
        ((b"content-length", b"3"), (b"upgrade", b"h2c")),
        ((b"transfer-encoding", b"chunked"),),
    ],
)
def test_what_does_not_say_all_is_not_kept(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    """No length, another one, two of them, or more to do than to read."""
    assert head(*sent(b"abc", *headers)) is None


def test_what_was_refused_is_not_kept() -> None:
    """A request that was too large ends its connection."""
    data, request = sent(b"abc", (b"content-length", b"3"))
    request.oversize = True
    assert head(data, request) is None
