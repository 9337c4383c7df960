"""The forms a report can take: one entry per format, each a pure function from a report to text."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from novastack_contracts.profile import Profile
from novastack_contracts.report import Report
from novastack_contracts.reports import json, junit

REPORTS: Final[Mapping[str, Callable[[Report, Profile], str]]] = MappingProxyType(
    {"json": json.render, "junit": junit.render}
)
