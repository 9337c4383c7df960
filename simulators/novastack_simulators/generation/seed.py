"""Every choice comes from a seed made of named parts; nothing reads global randomness or the clock."""

import hashlib
from random import Random


def seeded(*parts: str | bytes | int) -> Random:
    """A generator that depends on the parts and their order only."""
    return Random(int.from_bytes(stamp(*parts), "big"))  # noqa: S311 - reproducible prose, not secrets


def stamp(*parts: str | bytes | int) -> bytes:
    """32 bytes that depend on the parts and their order only; each part is length-prefixed, so none can pose as two."""
    state = hashlib.blake2b(digest_size=32)
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        state.update(b"%d:" % len(data) + data)
    return state.digest()
