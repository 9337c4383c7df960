"""Puts a mark into a value, where its schema has room for one."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from novastack_simulators.generation.values.document import document

TRIED: Final = 50


def marked(schema: Any, made: Any, mark: str) -> Any:
    """The value with the first string replaced that may be any text; unchanged if there is none."""
    found = document(schema)
    return next((each for each in islice(_replaced(made, mark), TRIED) if found.holds(found.root, each)), made)


def _replaced(made: Any, mark: str) -> Iterator[Any]:
    """The value once for each string in it, with that string replaced."""
    if isinstance(made, str):
        yield mark
    elif isinstance(made, dict):
        for name, inner in made.items():
            yield from ({**made, name: each} for each in _replaced(inner, mark))
    elif isinstance(made, list):
        for index, inner in enumerate(made):
            yield from ([*made[:index], each, *made[index + 1 :]] for each in _replaced(inner, mark))
