"""Times to wait, always rounded up: whoever comes too early is refused again.

Microseconds are whole numbers here, so that a wait of 174 ms is not told as 175.
"""

from novastack_simulators.quotas.clock import SECOND, micro


def seconds(wait: float) -> int:
    """A wait in whole seconds (RFC 9110, 10.2.3: delay-seconds)."""
    return -(-micro(wait) // SECOND)


def milliseconds(wait: float) -> int:
    """A wait of some seconds in whole milliseconds."""
    return -(-micro(wait) // 1000)


def duration(wait: float) -> str:
    """As Go prints one, in milliseconds: 0s, 6ms, 1.5s, 6m0s, 1h0m0.25s."""
    whole = -(-round(wait * SECOND) // 1000)
    if whole <= 0:
        return "0s"
    if whole < 1000:
        return f"{whole}ms"
    minutes, rest = divmod(whole, 60_000)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{rest / 1000:g}s"
