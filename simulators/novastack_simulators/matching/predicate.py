"""What a matcher wants of a value: `equals`, `contains`, `matches`. All that are given must hold.

Values are JSON's: true is not 1, and 1 is 1.0 (RFC 8259, 6: a number has no kind).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple, Self

import msgspec
from pydantic import BeforeValidator, model_validator

from novastack_simulators.matching.pattern import Pattern, found
from novastack_simulators.profile import Strict


class Term(NamedTuple):
    """One comparison: its word and the value that is wanted."""

    word: str
    wanted: Any

    def holds(self, got: Any) -> bool:
        return PREDICATES[self.word](self.wanted, got)

    def __str__(self) -> str:
        return f"{self.word} {written(self.wanted)}"


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(part, right[name]) for name, part in left.items())
    return bool(left == right)


def contains(wanted: Any, got: Any) -> bool:
    """A text holds a text, a list an element, an object a key."""
    if isinstance(got, list):
        return any(same(wanted, part) for part in got)
    return isinstance(wanted, str) and isinstance(got, str | dict) and wanted in got


def matches(wanted: str, got: Any) -> bool:
    """A text by its characters, any other value by its JSON."""
    return found(wanted, got if isinstance(got, str) else written(got))


PREDICATES: Final[Mapping[str, Callable[[Any, Any], bool]]] = MappingProxyType(
    {"equals": same, "contains": contains, "matches": matches}
)


def written(value: Any) -> str:
    """A value as JSON, on one line."""
    return msgspec.json.encode(value).decode()


class Wanted(Strict):
    """Any JSON value may be wanted. What is not given is not compared, so that `equals: null` wants a null."""

    equals: Any = None
    contains: Any = None
    matches: Pattern = ""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("expected one or more of equals, contains, matches")
        return self

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(Term(word, getattr(self, word)) for word in PREDICATES if word in self.model_fields_set)


class WantedText(Wanted):
    """A text is wanted."""

    equals: str = ""
    contains: str = ""


def _worded(given: Any) -> Any:
    """A bare text is short for `equals`."""
    return {"equals": given} if isinstance(given, str) else given


def _valued(given: Any) -> Any:
    """And so is any bare value but an object."""
    return given if isinstance(given, dict) else {"equals": given}


Text = Annotated[WantedText, BeforeValidator(_worded)]
Value = Annotated[Wanted, BeforeValidator(_valued)]
