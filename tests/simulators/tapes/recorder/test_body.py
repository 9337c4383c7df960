"""Bodies end where RFC 9112 says, and their pieces are the same however they are read."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.tapes.recorder.body import LINE, Body, Chunked, Piece, Sized, Unbounded, body_of
from novastack_simulators.tapes.recorder.head import Head, Headers


def fed(body: Body, reads: Iterable[bytes]) -> list[Piece]:
    return [piece for read in reads for piece in body.feed(read)]


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


CHUNKS = st.lists(st.binary(min_size=1, max_size=30), max_size=5)
PLACES = st.lists(st.integers(0, 400), max_size=20)


@given(CHUNKS, PLACES)
def test_chunks_are_found_however_they_are_read(chunks: list[bytes], places: list[int]) -> None:
    """A piece says how much of its chunk is still to come; the last of each chunk says nothing is."""
    wire = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\nX-T: a\r\n\r\n"
    body = Chunked()
    pieces = fed(body, cut(wire, places))
    found, parts, left = [], b"", 0
    for piece in pieces:
        assert left in (0, len(piece.data) + piece.more)
        parts, left = parts + piece.data, piece.more
        if not left:
            found.append(parts)
            parts = b""
    assert (chunks, True, b"", [(b"X-T", b"a")]) == (found, body.whole, body.rest, body.trailers)


def test_one_read_is_a_piece_for_each_chunk() -> None:
    """Extensions and white space after a size are no part of it (RFC 9112, 7.1.1)."""
    body = Chunked()
    assert [Piece(b"a"), Piece(b"bc")] == body.feed(b'1;x="y"\r\na\r\n02 \r\nbc\r\n0\r\n\r\nrest')
    assert (True, b"rest") == (body.whole, body.rest)


@pytest.mark.parametrize(
    ("wire", "pieces", "rest"),
    [
        (b"zz\r\nab\r\n", [], b"zz\r\nab\r\n"),
        (b"\r\n", [], b"\r\n"),
        (b"-1\r\n", [], b"-1\r\n"),
        (b"2\r\nabcd", [Piece(b"ab")], b""),
        (b"2\r\nabcd\r\n", [Piece(b"ab")], b"cd\r\n"),
        (b"0\r\nno colon\r\n\r\n", [], b"no colon\r\n\r\n"),
        (b"1" * 16 + b"\r\n", [], b"1" * 16 + b"\r\n"),
        (b";" * (LINE + 1), [], b";" * (LINE + 1)),
    ],
)
def test_what_cannot_be_read_is_kept_from_its_line_on(wire: bytes, pieces: list[Piece], rest: bytes) -> None:
    """A wrong size, a chunk longer than its size, a trailer that is none, a line without end; and all that follows."""
    body = Chunked()
    assert (pieces, rest) == (body.feed(wire), body.rest)
    body.feed(b"more\r\n")
    assert not body.whole
    assert body.rest == rest + b"more\r\n" or not rest


def test_a_size_is_pending_until_its_line_ends() -> None:
    """What a broken connection leaves behind is not lost."""
    body = Chunked()
    body.feed(b"1\r\na\r\n1")
    body.close()
    assert (False, b"1", b"") == (body.whole, body.pending, body.rest)


def test_a_sized_body_ends_with_its_last_byte() -> None:
    """What comes after it is not its own."""
    body = Sized(3)
    assert [Piece(b"ab")] == body.feed(b"ab")
    assert not body.whole
    assert ([Piece(b"c")], b"d", True) == (body.feed(b"cd"), body.rest, body.whole)


def test_an_unbounded_body_ends_with_its_connection() -> None:
    """RFC 9112, 6.3, rule 8."""
    body = Unbounded()
    assert ([Piece(b"ab")], False) == (body.feed(b"ab"), body.whole)
    body.close()
    assert (True, False) == (body.whole, body.bounded)


@pytest.mark.parametrize(
    ("headers", "status", "method", "kind"),
    [
        (((b"Content-Length", b"3"),), 200, "POST", Sized),
        (((b"content-length", b"3, 3"),), 200, "POST", Sized),
        (((b"Transfer-Encoding", b"gzip, chunked"), (b"Content-Length", b"3")), 200, "POST", Chunked),
        (((b"Transfer-Encoding", b"chunked, gzip"),), 200, "POST", Unbounded),
        ((), 200, "POST", Unbounded),
        (((b"Content-Length", b"3, 4"),), 200, "POST", Unbounded),
        (((b"Content-Length", b"3"),), 200, "HEAD", Sized),
        (((b"Transfer-Encoding", b"chunked"),), 204, "POST", Sized),
        (((b"Content-Length", b"3"),), 304, "GET", Sized),
    ],
)
def test_how_a_body_is_delimited(headers: Headers, status: int, method: str, kind: type[Body]) -> None:
    """RFC 9112, 6.3, in the order of its rules."""
    body = body_of(Head(status, b"", "1.1", headers), method)
    assert isinstance(body, kind)
    assert (method == "HEAD" or status in (204, 304)) == body.whole
