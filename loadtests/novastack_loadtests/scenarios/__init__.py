"""Scenarios: what the crowd asks for. Pure: plan and index to a request. To add one: a file, and its line here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from novastack_loadtests.scenarios.ratelimit import RATELIMIT
from novastack_loadtests.scenarios.routing import ROUTING
from novastack_loadtests.scenarios.scenario import Scenario

SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType({each.name: each for each in (ROUTING, RATELIMIT)})
