"""What a limit says of one request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, and the truth behind the headers; times in seconds from now."""

    allowed: bool
    limit: int
    remaining: int
    reset: float
    """Until the limit is whole again, when nothing more is asked."""
    retry_after: float
    """Until one more request would be admitted; 0 when one would be admitted now."""
