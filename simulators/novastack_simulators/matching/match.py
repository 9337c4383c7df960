"""When a stub applies: all its matchers must hold, and each can say what it wanted and what it got.

A matcher is a subject (what of the request is read: no value, one, or several) and what is wanted; it holds if one
of the values is all that is wanted. A new subject is one entry in SUBJECTS and one field of Match.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final, NamedTuple

from pydantic import Field, field_validator

from novastack_simulators.journal import MASK, is_credential, masked
from novastack_simulators.matching import path
from novastack_simulators.matching.predicate import Term, Text, Value, written
from novastack_simulators.matching.scene import Scene
from novastack_simulators.matching.subjects import READERS, SUBJECTS
from novastack_simulators.profile import Strict

__all__ = ["LONGEST", "SUBJECTS", "Line", "Match", "Matcher", "capped"]

LONGEST: Final = 200
SHOWN: Final = 5
NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2: token


class Line(NamedTuple):
    """What one matcher has to say about a request; `got` and `wanted` are for reading."""

    part: str
    wanted: str
    got: str
    held: bool


class Matcher(NamedTuple):
    """A subject, its name where it takes one (of a header, or a path), and what is wanted of it."""

    subject: str
    name: str
    terms: tuple[Term, ...]

    @property
    def part(self) -> str:
        """`last_message`, `header x-team`, `json metadata.team`."""
        return f"{self.subject} {self.name}".rstrip()

    @property
    def place(self) -> tuple[str, ...]:
        """Where it stands in a Match."""
        return (self.subject, self.name) if self.name else (self.subject,)

    @property
    def wanted(self) -> str:
        return " and ".join(map(str, self.terms))

    def values(self, scene: Scene) -> tuple[Any, ...]:
        return READERS[self.subject](scene, self.name)

    def holds(self, scene: Scene) -> bool:
        return any(all(term.holds(value) for term in self.terms) for value in self.values(scene))

    def explain(self, scene: Scene) -> Line:
        values, show = self.values(scene), _hidden if self._secret else _shown
        got = ", ".join(map(show, values[:SHOWN])) or "nothing"
        more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
        wanted = MASK if self._secret else self.wanted
        return Line(self.part, capped(masked(wanted)), capped(masked(got)) + more, self.holds(scene))

    @property
    def _secret(self) -> bool:
        """Whether what it reads is a credential by its name."""
        return self.subject == "json" and any(is_credential(str(step)) for step in path.steps(self.name))


class Match(Strict):
    """All that are given must hold; none at all matches every request. A bare text is short for `equals`."""

    model: Text | None = None
    last_message: Text | None = None
    any_message: Text | None = None
    tool_result: Text | None = None
    header: dict[str, Text] = Field(default_factory=dict)
    body: dict[str, Value] = Field(default_factory=dict, alias="json")

    @field_validator("header")
    @classmethod
    def _headers(cls, header: dict[str, Text]) -> dict[str, Text]:
        named = {readable_header(name): wanted for name, wanted in header.items()}
        if len(named) < len(header):
            raise ValueError("a header is named more than once; upper and lower case are the same")
        return named

    @field_validator("body")
    @classmethod
    def _paths(cls, body: dict[str, Value]) -> dict[str, Value]:
        for each in body:
            path.steps(each)
        return body

    @cached_property
    def matchers(self) -> tuple[Matcher, ...]:
        """One for each value that is wanted, in the order of the subjects."""
        fields = {field.alias or name: getattr(self, name) for name, field in type(self).model_fields.items()}
        return tuple(matcher for subject in READERS for matcher in _matchers(subject, fields.get(subject)))


def _matchers(subject: str, wanted: Any) -> Iterator[Matcher]:
    """Of what a field wants: nothing, one value, or one for each name."""
    named = wanted if isinstance(wanted, dict) else {"": wanted}
    return (Matcher(subject, name, each.terms) for name, each in named.items() if each is not None)


def readable_header(name: str) -> str:
    """The name in lower case. Raises ValueError for what is no header's name, and for one that carries a credential."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a header")
    if is_credential(name):
        raise ValueError(f"{name!r} carries a credential, which no matcher may see; the journal has its fingerprint")
    return name.lower()


def _hidden(_value: Any) -> str:
    return MASK


def _shown(value: Any) -> str:
    """A value as JSON; of a long text no more than will be kept is looked at."""
    return written(value[: LONGEST + 1] if isinstance(value, str) else value)


def capped(text: str) -> str:
    """A text short enough for the journal."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
