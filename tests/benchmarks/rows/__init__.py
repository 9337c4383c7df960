"""The rows of a run, in order: one file and one entry for each. The gateway's rows come with its own issue."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from benchmarks.bench import Bench
from benchmarks.rows import chat, overload, start, streams
from benchmarks.sample import Table

ROWS: Final[Mapping[str, Callable[[Bench], Table]]] = MappingProxyType(
    {"chat": chat.row, "streams": streams.row, "overload": overload.row, "start": start.row}
)
