"""One request every 1/rate seconds."""

from collections.abc import Iterator
from itertools import count


def constant(rate: float, duration: float | None) -> Iterator[float]:
    """Due times k / rate, below the duration: computed from k, so that rounding never adds up."""
    for number in count():
        due = number / rate
        if duration is not None and due >= duration:
            return
        yield due
