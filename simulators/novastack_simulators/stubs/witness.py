"""A request made so that several stubs match it: the proof that they can. That none is found proves nothing."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any, Final, NamedTuple

import msgspec

from novastack_simulators.matching import path
from novastack_simulators.matching.match import Matcher, capped
from novastack_simulators.matching.predicate import Term, written
from novastack_simulators.matching.scene import Scene
from novastack_simulators.prompt import Prompt, Turn
from novastack_simulators.stubs.example import example
from novastack_simulators.stubs.stub import Stub

# Of these a request has any number of values, so that each matcher may have one of its own.
MANY: Final = ("any_message", "tool_result")
# What a body says of these is said by other matchers too: no request is made with such a path.
SPOKEN: Final = ("model", "messages", "system", "input", "instructions", "prompt")
PIECES: Final = 4


class Witness(NamedTuple):
    """A request, and what of it makes the stubs match, in words."""

    scene: Scene
    told: str


def witness(stubs: Sequence[Stub], models: Sequence[str]) -> Witness | None:
    """A request for one of the models that all the stubs match, if one is found."""
    wanted = _wanted(matcher for stub in stubs for matcher in stub.match.matchers)
    values: dict[Key, Any] = {}
    # Exact values first: most pairs that cannot both match differ in one.
    for key in sorted(wanted, key=lambda key: all(term.word != "equals" for term in wanted[key])):
        values[key] = next(_candidates(key[0], wanted[key], models), None)
        if values[key] is None:
            return None
    values = {key: values[key] for key in wanted}
    scene = _request(values, models[0])
    if scene is None or not all(stub.matches(scene) for stub in stubs):
        return None
    parts = (f"{subject} {name}".rstrip() + f" {written(value)}" for (subject, name, _), value in values.items())
    return Witness(scene, capped(", ".join(parts)) or "any request")


Key = tuple[str, str, int]


def _wanted(matchers: Iterator[Matcher]) -> dict[Key, tuple[Term, ...]]:
    """All that is wanted of each value: matchers about one value are taken together."""
    wanted: dict[Key, tuple[Term, ...]] = {}
    for number, matcher in enumerate(matchers):
        key = (matcher.subject, matcher.name, number if matcher.subject in MANY else 0)
        wanted[key] = wanted.get(key, ()) + matcher.terms
    return wanted


def _candidates(subject: str, terms: tuple[Term, ...], models: Sequence[str]) -> Iterator[Any]:
    """The values that meet all terms, of those that come to mind."""
    thought = models if subject == "model" else _thought(terms, lists=subject == "json")
    return (value for value in thought if all(term.holds(value) for term in terms))


def _thought(terms: tuple[Term, ...], *, lists: bool) -> Iterator[Any]:
    yield from (term.wanted for term in terms if term.word == "equals")
    contained = [term.wanted for term in terms if term.word == "contains"]
    texts = [text for text in contained if isinstance(text, str)]
    texts += [example(term.wanted) for term in terms if term.word == "matches"]
    for order in permutations(texts[:PIECES]):
        yield " ".join(order)
        yield "".join(order)
    if lists:
        yield contained


def _request(values: Mapping[Key, Any], model: str) -> Scene | None:
    said = {subject: [str(value) for (each, *_), value in values.items() if each == subject] for subject, *_ in values}
    turns = [Turn(role="user", text=text) for text in said.get("any_message", [])]
    results = said.get("tool_result", [])
    turns += [Turn(role="tool", text=text) for text in results]
    turns += [Turn(role="tool" if results else "user", text=text) for text in said.get("last_message", [])]
    body: dict[str, Any] = {}
    for (subject, name, _), value in values.items():
        if subject == "json" and not _put(body, path.steps(name), value):
            return None
    return Scene(
        prompt=Prompt(model=said.get("model", [model])[0], turns=tuple(turns), content=b"", fingerprint=b""),
        fields={name: str(value) for (subject, name, _), value in values.items() if subject == "header"},
        body=msgspec.json.encode(body),
    )


def _put(body: dict[str, Any], steps: path.Steps, value: Any) -> bool:
    """Puts a value where a path of names leads; False where that cannot be, or would say what others say too."""
    if steps[0] in SPOKEN or not all(isinstance(step, str) for step in steps):
        return False
    *folders, last = (str(step) for step in steps)
    here = body
    for name in folders:
        inner = here.setdefault(name, {})
        if not isinstance(inner, dict):
            return False
        here = inner
    return here.setdefault(last, value) is value
