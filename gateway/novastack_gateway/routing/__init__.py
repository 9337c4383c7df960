"""Which upstream a request goes to, and why."""

from novastack_gateway.routing.route import Choice, Destination, Match, Route, Signals
from novastack_gateway.routing.table import FORWARDED_TO, PATH_TAIL, Table

__all__ = ["FORWARDED_TO", "PATH_TAIL", "Choice", "Destination", "Match", "Route", "Signals", "Table"]
