"""What every dialect must keep."""

import pytest
from gateway_asks import SECRET, ask, problem_of

from novastack_gateway.dialects import DIALECTS
from novastack_gateway.sse import Events

NAMES = pytest.mark.parametrize("name", list(DIALECTS))


@NAMES
def test_the_credential_is_sent_in_headers_only(name: str) -> None:
    """And never in the body."""
    dialect = DIALECTS[name]
    assert any(SECRET.encode() in value for _, value in dialect.credential(SECRET))
    assert SECRET.encode() not in dialect.put(ask()).body


@NAMES
def test_a_stream_has_not_ended_before_it_says_so(name: str) -> None:
    """Nothing, a comment and a ping are no end."""
    stream = DIALECTS[name].stream(ask(stream=True))
    for event in Events().feed(b": comment\n\n"):
        stream.feed(event)
    assert not stream.ended


@NAMES
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{", b"\xff\xfe", b"[" * 50_000])
def test_an_unusable_answer_is_a_502(name: str, body: bytes) -> None:
    """Never a crash."""
    assert 502 == problem_of(DIALECTS[name].answer, ask(), body).status
