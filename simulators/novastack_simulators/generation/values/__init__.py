"""Values that fit a JSON Schema, whatever it is: tool arguments and structured output, seeded.

A schema is read with all its keywords (2020-12 and draft-07), a value is made for it place by place, and an independent
validator judges each place before it is taken; a place that does not fit is made again from a derived seed. The work
is bounded, so a schema that nothing fits (or that asks for more than is reasonable) ends in a BadSchemaError.
"""

from random import Random
from typing import Any

from novastack_simulators.generation.seed import stamp
from novastack_simulators.generation.values.document import Document, document
from novastack_simulators.generation.values.error import BadSchemaError, Unfit
from novastack_simulators.generation.values.making import make
from novastack_simulators.generation.values.marking import marked
from novastack_simulators.generation.values.place import Place, Work

__all__ = ["BadSchemaError", "check", "fits", "marked", "value"]


def check(schema: Any) -> None:
    """Raises BadSchemaError unless a value can be made that fits the schema."""
    found = document(schema)
    if not found.proven:
        _made(found, 0)
        found.proven = True


def value(schema: Any, rng: Random) -> Any:
    """A value that fits the schema. Raises BadSchemaError."""
    found = document(schema)
    try:
        return _made(found, rng.getrandbits(64))
    except BadSchemaError:
        # What passed the check is never refused later, whatever the seed.
        return _made(found, 0)


def _made(found: Document, seed: int) -> Any:
    place = Place(document=found, work=Work(), seed=stamp("value", seed))
    try:
        return make((found.root,), place)
    except Unfit as error:
        raise BadSchemaError(error.where, error.message) from None
    except RecursionError:
        raise BadSchemaError("$", "the schema is nested too deep") from None


def fits(schema: Any, made: Any) -> bool:
    """Whether a value fits a schema. Raises BadSchemaError when that is no schema."""
    found = document(schema)
    return found.holds(found.root, made)
