"""How a limit stands, for a header to tell."""

from collections.abc import Mapping

import msgspec


class Level(msgspec.Struct, frozen=True, gc=False):
    """One limit, what is left of it (never below zero), and when (unix seconds) it will be whole again."""

    limit: int
    left: int
    whole_at: float


Levels = Mapping[str, Level]
