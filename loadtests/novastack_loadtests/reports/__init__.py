"""Report formats: a report to text. To add one: a file, and its line here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from novastack_loadtests.judge import Report
from novastack_loadtests.reports.json import as_json
from novastack_loadtests.reports.junit import as_junit

REPORTS: Final[Mapping[str, Callable[[Report], str]]] = MappingProxyType({"json": as_json, "junit": as_junit})
