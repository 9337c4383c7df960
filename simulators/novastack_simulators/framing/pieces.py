"""How the bytes of a frame are cut into writes: one function for each word of `write`."""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from random import Random
from types import MappingProxyType
from typing import Final

Cut = Callable[[bytes, int, Random], list[int]]
# RFC 3629, 4: the sequences of two to four octets.
WIDE: Final = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")


def _nowhere(_data: bytes, _number: int, _rng: Random) -> list[int]:
    return []


def _every(data: bytes, number: int, _rng: Random) -> list[int]:
    return list(range(number, len(data), number))


def _anywhere(data: bytes, most: int, rng: Random) -> list[int]:
    cuts: list[int] = []
    place = rng.randint(1, most)
    while place < len(data):
        cuts.append(place)
        place += rng.randint(1, most)
    return cuts


def _inside(data: bytes, _number: int, rng: Random) -> list[int]:
    """Once inside each character of more than one byte."""
    return [rng.randint(found.start() + 1, found.end() - 1) for found in WIDE.finditer(data)]


CUTS: Final[Mapping[str, Cut]] = MappingProxyType(
    {"event": _nowhere, "events": _nowhere, "bytes": _every, "random": _anywhere, "inside_utf8": _inside}
)


def pieces(data: bytes, word: str, number: int, rng: Random) -> tuple[bytes, ...]:
    """The bytes in the pieces that are written one by one; together they are the same bytes."""
    cuts = [0, *CUTS[word](data, number, rng), len(data)]
    return tuple(data[start:end] for start, end in pairwise(cuts))
