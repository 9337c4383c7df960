"""When something applies to a request: matchers that can explain themselves, the same for stubs and for faults."""

from novastack_simulators.matching.match import SUBJECTS, Match
from novastack_simulators.matching.predicate import PREDICATES
from novastack_simulators.matching.scene import Scene

__all__ = ["PREDICATES", "SUBJECTS", "Match", "Scene"]
