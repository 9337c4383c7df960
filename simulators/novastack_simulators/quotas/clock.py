"""Time in whole microseconds, so that what refills is counted without a rest."""

from typing import Final

SECOND: Final = 1_000_000


def micro(now: float) -> int:
    """Unix seconds as microseconds; a float tells them apart for two centuries to come."""
    return round(now * SECOND)
