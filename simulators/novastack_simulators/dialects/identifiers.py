"""Ids in the providers' spellings, each made from a stamp, so that the same request gets the same id."""

from typing import Final
from uuid import UUID

from novastack_simulators.generation import seeded

ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def uuid(stamp: bytes) -> str:
    """A version 4 UUID."""
    return str(UUID(bytes=stamp[:16], version=4))


def letters(stamp: bytes, length: int, *parts: str | int) -> str:
    """So many letters and digits."""
    rng = seeded("id", stamp, *parts)
    return "".join(rng.choices(ALPHANUMERIC, k=length))
