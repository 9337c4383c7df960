"""The only clock of the client: unix seconds that never jump, so that they can be compared with the journals."""

import time
from collections.abc import Callable


def anchored() -> Callable[[], float]:
    """A clock in unix seconds that runs on the monotonic clock from the moment it was made."""
    offset = time.time() - time.monotonic()  # noqa: TID251 - this file is the edge that reads the clock
    return lambda: time.monotonic() + offset
