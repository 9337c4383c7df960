"""How a limit stands, for a header to tell."""

from typing import NamedTuple


class Level(NamedTuple):
    """One limit, what is left of it (never below zero), and when (unix seconds) it will be whole again."""

    limit: int
    left: int
    whole_at: float
