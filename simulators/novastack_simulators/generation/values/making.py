"""Makes a value for a place, judges it, and makes it again from another salt until it fits or the tries are spent."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from novastack_simulators.generation.values.arrays import array
from novastack_simulators.generation.values.demand import Demand, options
from novastack_simulators.generation.values.error import Unfit
from novastack_simulators.generation.values.maker import Maker
from novastack_simulators.generation.values.numbers import integer, number
from novastack_simulators.generation.values.objects import object_
from novastack_simulators.generation.values.place import Place
from novastack_simulators.generation.values.strings import string

TRIES: Final = 40
MAKERS: Final[Mapping[str, Maker]] = MappingProxyType({
    "object": object_,
    "array": array,
    "string": string,
    "integer": integer,
    "number": number,
    "boolean": lambda _demand, place, _make: place.rng().random() < 0.5,
    "null": lambda _demand, _place, _make: None,
})  # fmt: skip


def make(schemas: Sequence[Any], place: Place) -> Any:
    """A value that fits all the schemas. Raises Unfit, or BadSchemaError when the work grows too much."""
    failure = Unfit(place.where, "no value that fits was found")
    for salt in range(TRIES):
        place.work.spend(place.where)
        demand = Demand(schemas, place.again(salt))
        try:
            made = _attempt(demand, place.again(salt))
        except Unfit as error:
            failure = error
            if not demand.open:
                break
            continue
        if all(place.document.holds(schema, made) for schema in schemas):
            return made
    raise failure


def _attempt(demand: Demand, place: Place) -> Any:
    demand.resolve()
    for part in demand.parts:
        if "const" in part or "enum" in part:
            return _chosen(options(part), demand, place)
    return MAKERS[demand.kind()](demand, place, make)


def _chosen(listed: Sequence[Any], demand: Demand, place: Place) -> Any:
    """One of the listed values that fits the rest."""
    rng, holds = place.rng("option"), place.document.holds
    for option in rng.sample(listed, len(listed)):
        denied = any(holds(schema, option) for schema in demand.denied)
        if not denied and all(holds(part, option) for part in demand.parts):
            return option
    raise Unfit(f"{place.where}.enum", "none of the listed values fits the rest")
