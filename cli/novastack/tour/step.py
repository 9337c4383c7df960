"""A thing shown, and where it is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from novastack.endpoints import Endpoint


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Both programs, running: the gateway's base URL, its two keys, and the simulators by name."""

    url: str
    key: str
    limited_key: str
    simulators: Mapping[str, Endpoint]


Show = Callable[[Stage], "Step"]
"""Does one thing and says what it saw. What it raises is a thing that did not hold."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """Whether it held, and what was seen."""

    held: bool
    seen: str
