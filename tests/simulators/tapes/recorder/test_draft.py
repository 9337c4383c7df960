"""What was seen becomes a tape without what may not be written down, or none."""

import gzip

import pytest

from novastack_simulators.tapes.library import encode
from novastack_simulators.tapes.recorder.answer import Answer
from novastack_simulators.tapes.recorder.asked import Asked
from novastack_simulators.tapes.recorder.base import base
from novastack_simulators.tapes.recorder.draft import LONGEST, Seen, UnkeptError, tape_of
from novastack_simulators.tapes.tape import Chunk

KEY = b"my-own-key-0123456789"
AUTH = (b"Authorization", b"Bearer " + KEY)


def seen(*reads: bytes, body: bytes = b"{}", headers: tuple[tuple[bytes, bytes], ...] = (AUTH,)) -> Seen:
    answer = Answer("POST")
    for us, read in enumerate(reads, 1):
        answer.feed(us, read)
    asked = Asked("POST", b"/x?beta=true&key=" + KEY, "1.1", headers, body, 0)
    return Seen(base("http://h/v1"), 1_795_392_000.25, asked, 1, answer, "fin", len(reads))


def answered(*headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 401 No", *headers]) + b"\r\n\r\n"


def test_a_tape_says_what_was_seen() -> None:
    """The path as the endpoint saw it, allowed headers, chunks with offsets and times."""
    tape = tape_of(seen(answered(b"X-Request-Id: r", b"Set-Cookie: s"), b"ab", b"c"))
    assert tape.response is not None
    assert ("http://h/v1", "/v1/x", "beta=true&key=***", {}) == (
        tape.upstream, tape.request.path, tape.request.query, tape.request.headers,
    )  # fmt: skip
    assert ("2026-11-23T00:00:00.250000+00:00", 401, {"x-request-id": "r"}, 1) == (
        tape.recorded, tape.response.status, tape.response.headers, tape.response.us,
    )  # fmt: skip
    assert (Chunk(us=2, offset=0, data="ab"), Chunk(us=3, offset=2, data="c")) == tape.response.chunks


def test_no_key_gets_past() -> None:
    """From the header, the query, the body, and the echo of an error; also across the chunks that it lies in."""
    echo = b'{"error": "the key ' + KEY + b' is wrong, try sk-abcdefgh"}'
    reads = [echo[index : index + 1] for index in range(len(echo))]
    tape = tape_of(seen(answered(b"X-Request-Id: " + KEY, b"Retry-After: 1"), *reads, body=b'{"a":"' + KEY + b'"}'))
    text = encode(tape)
    assert KEY not in text
    assert KEY not in tape.body
    assert b'{"error": "the key ' + b"*" * len(KEY) + b' is wrong, try sk-********"}' == tape.body
    assert tape.response is not None
    assert len(echo) == len(tape.response.chunks)
    assert {"x-request-id": "*" * len(KEY), "retry-after": "1"} == tape.response.headers


def test_a_coded_body_is_written_as_it_came() -> None:
    """If nothing in it is secret."""
    body = gzip.compress(b"hello", mtime=0)
    assert body == tape_of(seen(answered(b"Content-Encoding: gzip"), body)).body


@pytest.mark.parametrize(
    ("coding", "body", "told"),
    [
        (b"gzip", gzip.compress(b"it is " + KEY, mtime=0), "is coded as gzip and holds a key, which cannot be masked"),
        (b"br", b"\x0b\x02\x80", "is coded as br, in which nobody can look for keys"),
    ],
)
def test_a_coded_body_that_cannot_be_masked_is_not_written(coding: bytes, body: bytes, told: str) -> None:
    """Neither the answer's nor the request's."""
    with pytest.raises(UnkeptError) as raised:
        tape_of(seen(answered(b"Content-Encoding: " + coding), body))
    assert f"the body of its answer {told}" == str(raised.value)
    with pytest.raises(UnkeptError) as raised:
        tape_of(seen(answered(), body=body, headers=(AUTH, (b"content-encoding", coding))))
    assert f"the body of its request {told}" == str(raised.value)


def test_what_is_too_long_is_not_written() -> None:
    """It was passed on all the same."""
    long = seen(answered())
    long.answer.size = LONGEST + 1
    with pytest.raises(UnkeptError, match="longer than the 67108864 bytes that a tape may have"):
        tape_of(long)


def test_where_no_head_could_be_read_nothing_is_kept_of_it() -> None:
    """All of it may be headers."""
    tape = tape_of(seen(b"HTP/1.1 200\r\nSet-Cookie: s\r\n\r\n"))
    assert (None, (), "fin") == (tape.response, tape.rest, tape.ended)


def test_what_is_no_part_of_the_body_is_the_rest() -> None:
    """Bytes after its end, masked as it is."""
    tape = tape_of(seen(answered(b"Content-Length: 2"), b"ab and " + KEY))
    assert (b"ab", (Chunk(us=2, offset=0, data=" and " + "*" * len(KEY)),)) == (tape.body, tape.rest)
