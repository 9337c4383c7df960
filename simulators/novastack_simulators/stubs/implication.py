"""When one matcher follows from another, and when one contradicts itself: what can be shown without a request."""

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from types import MappingProxyType
from typing import Final

from novastack_simulators.matching.match import Matcher
from novastack_simulators.matching.predicate import Term, same

# The last message is one of the messages.
WITHIN: Final[Mapping[str, str]] = MappingProxyType({"last_message": "any_message"})
# With one of these, what a pattern finds in a part need not be found in the whole.
ANCHORS: Final = ("^", "$", "\\A", "\\z", "\\b", "\\B", "\\<", "\\>")


def covers(above: Sequence[Matcher], below: Sequence[Matcher]) -> bool:
    """Whether all that `below` matches is matched by `above` too."""
    return all(any(_follows(matcher, given) for given in below) for matcher in above)


def _follows(matcher: Matcher, given: Matcher) -> bool:
    """Whether a matcher holds wherever a given one does."""
    if matcher.name != given.name or matcher.subject not in (given.subject, WITHIN.get(given.subject)):
        return False
    rules = JSON if given.subject == "json" else TEXT
    return all(any(rules[known.word](term, known) for known in given.terms) for term in matcher.terms)


def _alike(term: Term, known: Term) -> bool:
    return term.word == known.word and same(term.wanted, known.wanted)


def _exact(term: Term, known: Term) -> bool:
    return term.holds(known.wanted)


def _part(term: Term, known: Term) -> bool:
    """From a part of a text: a part of that part, or a pattern that finds it wherever it stands."""
    if term.word == "equals" or not term.holds(known.wanted):
        return False
    return term.word == "contains" or not any(anchor in term.wanted for anchor in ANCHORS)


Rules = Mapping[str, Callable[[Term, Term], bool]]
TEXT: Final[Rules] = MappingProxyType({"equals": _exact, "contains": _part, "matches": _alike})
# What contains something may be a list or an object there, of which less follows than of a text.
JSON: Final[Rules] = MappingProxyType({"equals": _exact, "contains": _alike, "matches": _alike})


def contradiction(matcher: Matcher) -> tuple[Term, Term] | None:
    """Two terms that no value meets: one wants an exact value, which is not what the other wants."""
    return next(
        (
            (exact, other)
            for exact, other in permutations(matcher.terms, 2)
            if exact.word == "equals" and not other.holds(exact.wanted)
        ),
        None,
    )
