"""What is claimed of a journal: how many entries a query means, or that entries came in an order."""

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from novastack_simulators.journal.query import Query
from novastack_simulators.profile import Strict

WORDS: Final = ("exactly", "at_least", "at_most", "never", "in_order")


class Claim(Strict):
    """How many entries the query means; all that is given must hold. `in_order`: each query means one, in that order.

    With `in_order` the `query` says among which entries; others may stand in between.
    """

    query: Query = Query()
    exactly: int | None = Field(default=None, ge=0)
    at_least: int | None = Field(default=None, ge=0)
    at_most: int | None = Field(default=None, ge=0)
    never: Literal[True] | None = None
    in_order: tuple[Query, ...] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        given = self.given
        if not given:
            raise ValueError(f"expected one of {', '.join(WORDS)}")
        if len(given) > 1 and given != ("at_least", "at_most"):
            raise ValueError(f"{' and '.join(given)} cannot be claimed together; at_least and at_most can")
        if len(given) > 1 and (self.at_least or 0) > (self.at_most or 0):
            raise ValueError(f"at_least {self.at_least} is more than at_most {self.at_most}")
        return self

    def within(self, scope: str | None) -> Self:
        """The same among the entries of a scope."""
        return self.model_copy(update={"query": self.query.also(scope)})

    @property
    def given(self) -> tuple[str, ...]:
        return tuple(word for word in WORDS if getattr(self, word) is not None)

    @property
    def least(self) -> int:
        return self.exactly or self.at_least or 0

    @property
    def most(self) -> int | None:
        """None is any number."""
        return 0 if self.never else self.at_most if self.exactly is None else self.exactly

    def __str__(self) -> str:
        """`exactly 2 requests with canary "abcd"`."""
        described = f" with {self.query}" if self.query.wanted else ""
        return f"{self._number}{described}"

    @property
    def _number(self) -> str:
        if self.in_order is not None:
            return f"{plural(len(self.in_order))} in order"
        if self.never:
            return "no request"
        *before, last = (f"{word.replace('_', ' ')} {getattr(self, word)}" for word in self.given)
        noun = "request" if last.endswith(" 1") else "requests"
        return f"{' and '.join((*before, last))} {noun}"


def plural(number: int) -> str:
    return f"{number} request{'' if number == 1 else 's'}"
