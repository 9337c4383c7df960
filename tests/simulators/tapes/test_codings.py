"""A coded body is looked into, or said to be closed."""

import gzip
import zlib

import pytest

from novastack_simulators.tapes.codings import searchable

TEXT = b"data: it\n\n" * 50


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("", TEXT), ("identity", TEXT), ("gzip", gzip.compress(TEXT, mtime=0)), ("GZIP", gzip.compress(TEXT, mtime=0)),
        ("deflate", zlib.compress(TEXT)), ("br", b""),
    ],
)  # fmt: skip
def test_what_can_be_read_is_read(coding: str, body: bytes) -> None:
    """By the codings that the standard library knows."""
    assert (TEXT if body else b"") == searchable(body, coding)


def test_what_was_cut_short_is_read_as_far_as_it_came() -> None:
    """A stream may break off."""
    packer = zlib.compressobj(wbits=31)
    body = packer.compress(TEXT) + packer.flush(zlib.Z_SYNC_FLUSH)
    assert TEXT == searchable(body, "gzip")


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"x"), ("gzip, br", gzip.compress(TEXT, mtime=0)), ("gzip", b"no gzip"),
        ("gzip", gzip.compress(TEXT, mtime=0) + gzip.compress(TEXT, mtime=0)),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(coding: str, body: bytes) -> None:
    """Also what stands behind the end of the first member."""
    assert searchable(body, coding) is None
