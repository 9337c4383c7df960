"""Content coding: gzip, with a flush for each frame so that nothing waits, and whether a client takes it."""

import zlib
from collections.abc import Sequence
from typing import Final

GZIP: Final = 16 + zlib.MAX_WBITS
RAW: Final = -zlib.MAX_WBITS


def welcome(accepts: str) -> bool:
    """Whether an accept-encoding header allows gzip. No header, or an empty one: no.

    RFC 9110, 12.5.3: a weight of 0 is "not acceptable", and * stands for what is not named; 8.4.1.3: x-gzip is gzip.
    A client without the header would take anything by the letter, but servers send it none, and so does this one.
    """
    weights = dict(_weighed(item) for item in accepts.split(",") if item.strip())
    named = [weights[name] for name in ("gzip", "x-gzip") if name in weights]
    return max(named, default=weights.get("*", 0.0)) > 0


def _weighed(item: str) -> tuple[str, float]:
    """A coding and its weight; one that cannot be read counts as 0."""
    name, _, parameter = item.partition(";")
    key, _, value = parameter.partition("=")
    if not parameter.strip():
        return name.strip().lower(), 1.0
    try:
        weight = float(value) if key.strip().lower() == "q" else 0.0
    except ValueError:
        weight = 0.0
    return name.strip().lower(), weight


def packed(pieces: Sequence[bytes], *, whole: bool) -> list[bytes]:
    """One gzip member in as many pieces, each of which can be read when it arrives; it is closed if it is `whole`."""
    coder = zlib.compressobj(wbits=GZIP)
    last = len(pieces) - 1 if whole else -1
    return [
        coder.compress(piece) + coder.flush(zlib.Z_FINISH if index == last else zlib.Z_SYNC_FLUSH)
        for index, piece in enumerate(pieces)
    ]


def block(piece: bytes) -> bytes:
    """A piece that may stand any number of times in a member that is never closed: it refers to nothing before it."""
    coder = zlib.compressobj(wbits=RAW)
    return coder.compress(piece) + coder.flush(zlib.Z_SYNC_FLUSH)
