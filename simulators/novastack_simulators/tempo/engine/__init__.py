"""A serving engine in virtual time: times to the first token and between tokens come out of the load."""

from novastack_simulators.tempo.engine.cost import Load
from novastack_simulators.tempo.engine.engine import Engine, Gauges
from novastack_simulators.tempo.engine.job import Made, Refused, Times

__all__ = ["Engine", "Gauges", "Load", "Made", "Refused", "Times"]
