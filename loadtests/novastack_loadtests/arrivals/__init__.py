"""Arrival processes: when each request is due.

Rule of this package: pure; a process gives seconds since the start, ascending, for a rate in requests per second and
a duration in seconds (None: without end). To add one: a file, and its line here.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from novastack_loadtests.arrivals.constant import constant

Arrival = Callable[[float, float | None], Iterator[float]]

ARRIVALS: Final[Mapping[str, Arrival]] = MappingProxyType({"constant": constant})
