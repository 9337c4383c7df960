"""How much a journal keeps, in memory and in a file."""

from pathlib import Path

from pydantic import Field

from novastack_simulators.profile import Strict


class Keeping(Strict):
    """`capacity` in entries; `body_bytes` of each body, `bodies_bytes` of all; `file` gets a line for each entry."""

    capacity: int = Field(default=100_000, ge=1)
    body_bytes: int = Field(default=64 * 1024, ge=0)
    bodies_bytes: int = Field(default=64 * 1024 * 1024, ge=0)
    file: Path | None = None
