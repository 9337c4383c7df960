"""Canned replies, when the caller wants them; with no stub the model speaks for itself. Pure: a request in, words out."""

from novastack_simulators.matching.match import SUBJECTS, Match
from novastack_simulators.matching.predicate import PREDICATES
from novastack_simulators.matching.scene import Scene
from novastack_simulators.stubs.reply import Error, Reply, Said
from novastack_simulators.stubs.shelf import Canned, Shelf
from novastack_simulators.stubs.speech import reporting, speak
from novastack_simulators.stubs.stub import Stub, Stubs
from novastack_simulators.stubs.template import FAMILIES, NAMES, filled

__all__ = [
    "FAMILIES",
    "NAMES",
    "PREDICATES",
    "SUBJECTS",
    "Canned",
    "Error",
    "Match",
    "Reply",
    "Said",
    "Scene",
    "Shelf",
    "Stub",
    "Stubs",
    "filled",
    "reporting",
    "speak",
]
