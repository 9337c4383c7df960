"""When something applies to a request: matchers that can explain themselves, the same for stubs and for faults."""

from novastack_simulators.matching.match import Line, Match, Matcher
from novastack_simulators.matching.predicate import PREDICATES
from novastack_simulators.matching.scene import Scene
from novastack_simulators.matching.subjects import ARRIVALS, SUBJECTS
from novastack_simulators.matching.where import Where

__all__ = ["ARRIVALS", "PREDICATES", "SUBJECTS", "Line", "Match", "Matcher", "Scene", "Where"]
