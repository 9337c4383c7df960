"""The endpoint's URL: its base path is kept, and what it cannot be is told."""

import pytest

from novastack_simulators.tapes.recorder.base import base


@pytest.mark.parametrize(
    ("url", "asked", "target"),
    [
        ("http://h", b"/v1/x?a=%20b", b"/v1/x?a=%20b"),
        ("https://h/compatible-mode/v1/", b"/chat/completions", b"/compatible-mode/v1/chat/completions"),
        ("http://h/v1", b"http://me:9110/x?y", b"/v1/x?y"),
        ("http://h", b"*", b"*"),
    ],
)
def test_the_base_path_stands_before_the_request(url: str, asked: bytes, target: bytes) -> None:
    """The bytes of the target are not read; an absolute one loses its origin."""
    assert target == base(url).target(asked)


@pytest.mark.parametrize(
    ("url", "host", "port", "authority"),
    [
        ("http://h", "h", 80, "h"), ("https://h", "h", 443, "h"), ("http://h:81/", "h", 81, "h:81"),
        ("http://[::1]:8000", "::1", 8000, "[::1]:8000"),
    ],
)  # fmt: skip
def test_where_to_connect(url: str, host: str, port: int, authority: str) -> None:
    """The port of the scheme, if there is none; the Host header as the URL has it."""
    found = base(url)
    assert (host, port, authority) == (found.host, found.port, found.authority)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("h:80", "expected http:// or https://"),
        ("ftp://h", "expected http:// or https://"),
        ("http://", "a host"),
        ("http://h:x", "is not a URL: "),
        ("http://me:pass@h", "credentials are the caller's"),
        ("http://h/?key=x", "a query is the caller's"),
        ("http://é", "expected"),
    ],
)
def test_what_is_no_base_is_told(url: str, told: str) -> None:
    """In a sentence, and without a password that stands in it."""
    with pytest.raises(ValueError) as raised:
        base(url)
    assert told in str(raised.value)
    assert "pass@" not in str(raised.value)
