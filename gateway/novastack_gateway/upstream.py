"""An upstream as the pipeline uses it: its name, how to speak to it, and the way there."""

from collections.abc import Mapping
from dataclasses import dataclass

from novastack_gateway.dialects import Dialect
from novastack_gateway.errors import Header
from novastack_gateway.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """`models` maps each public id to what the upstream calls it and its largest output in tokens."""

    name: str
    dialect: Dialect
    credential: tuple[Header, ...]
    models: Mapping[str, tuple[str, int]]
    transport: Transport
    secret: str
    """The key inside `credential`, which nobody may be shown."""
