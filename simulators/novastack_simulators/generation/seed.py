"""Every choice comes from a seed made of named parts; nothing reads global randomness or the clock."""

import hashlib
from random import Random


def seeded(*parts: str | bytes | int) -> Random:
    """A generator that depends on the parts and their order only."""
    return Random(int.from_bytes(stamp(*parts), "big"))  # noqa: S311 - reproducible prose, not secrets


def stamp(*parts: str | bytes | int) -> bytes:
    """32 bytes that depend on the parts and their order only; each part is length-prefixed, so none can pose as two."""
    return Stem(*parts).stamp()


class Stem:
    """The first parts of stamps that have them in common: the rest is added to what was made of these."""

    __slots__ = ("_state",)

    def __init__(self, *parts: str | bytes | int) -> None:
        self._state = hashlib.blake2b(_joined(parts), digest_size=32)

    def stamp(self, *parts: str | bytes | int) -> bytes:
        """The stamp of all parts, these last."""
        state = self._state.copy()
        state.update(_joined(parts))
        return state.digest()


def _joined(parts: tuple[str | bytes | int, ...]) -> bytes:
    joined = b""
    for part in parts:
        piece = part if type(part) is bytes else str(part).encode()
        joined += b"%d:%b" % (len(piece), piece)
    return joined
