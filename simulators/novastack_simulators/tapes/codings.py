"""Bodies that are compressed although nobody asked for it are looked into before they are written down. Pure."""

import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LONGEST: Final = 256 * 1024 * 1024
# The windowBits of zlib.decompressobj: 47 takes gzip and zlib by their heads (RFC 1952, RFC 1950).
WINDOWS: Final[Mapping[str, int]] = MappingProxyType({"gzip": 47, "x-gzip": 47, "deflate": 47})


def searchable(body: bytes, coding: str) -> bytes | None:
    """The body as it can be searched for keys; None if it cannot."""
    name = coding.strip().lower()
    if name in ("", "identity") or not body:
        return body
    if name not in WINDOWS:
        return None
    try:
        inflater = zlib.decompressobj(WINDOWS[name])
        text = inflater.decompress(body, LONGEST)
    except zlib.error:
        return None
    return None if inflater.unconsumed_tail or inflater.unused_data else text
