"""Gzip: who takes it, and that each piece can be read when it arrives."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.framing.coding import GZIP, block, packed, welcome


@pytest.mark.parametrize(
    ("accepts", "expected"),
    [
        ("", False),
        ("identity", False),
        ("gzip", True),
        ("GZip", True),
        ("x-gzip", True),
        ("deflate, gzip;q=0.5, br", True),
        ("gzip; q=0", False),
        ("gzip;q=0.000", False),
        ("gzip;Q=1", True),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("br, *;q=0.1", True),
        ("gzip;q=much", False),
        ("gzip;level=9", False),
        (" , gzip ,", True),
    ],
)
def test_who_takes_gzip(accepts: str, expected: bool) -> None:
    """RFC 9110, 12.5.3, with its weights and its star."""
    assert expected == welcome(accepts)


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=6), st.booleans())
def test_each_piece_can_be_read_when_it_arrives(plain: list[bytes], whole: bool) -> None:
    """The flush after each leaves nothing behind; only a whole answer closes its member."""
    reader = zlib.decompressobj(wbits=GZIP)
    assert plain == [reader.decompress(piece) for piece in packed(plain, whole=whole)]
    assert whole == reader.eof


def test_a_block_may_stand_any_number_of_times() -> None:
    """In a member that is never closed."""
    reader = zlib.decompressobj(wbits=GZIP)
    sent = [*packed([b"data: a\n\n"], whole=False), block(b"data: b\n\n"), block(b"data: b\n\n")]
    assert [b"data: a\n\n", b"data: b\n\n", b"data: b\n\n"] == [reader.decompress(piece) for piece in sent]
