"""Arrays: each item fits all that is said about its position, and enough of them fit each `contains`."""

import json
from collections.abc import Iterator
from typing import Any, Final

from novastack_simulators.generation.values.demand import Demand
from novastack_simulators.generation.values.error import Unfit
from novastack_simulators.generation.values.keywords import listed
from novastack_simulators.generation.values.maker import Make
from novastack_simulators.generation.values.place import Place

LONGEST: Final = 1000
USUAL: Final = 2
UNIQUE: Final = 30


def array(demand: Demand, place: Place, make: Make) -> list[Any]:
    low, length = _length(demand, place)
    contained = _contained(demand, place, length)
    demand.open = demand.open or bool(contained)
    made: list[Any] = []
    for index in range(length):
        schemas = [*_positioned(demand, index), *contained.get(index, ())]
        try:
            others = made if any(demand.numbers("uniqueItems")) else []
            made.append(_item(index, schemas, place, make, others))
        except Unfit:
            if index < low or index in contained:
                raise
            break
    return made


def _length(demand: Demand, place: Place) -> tuple[int, int]:
    """How many items there must be, and how many there shall be."""
    low, high = demand.least("minItems"), demand.most("maxItems")
    wanted = sum(_needed(part) for part in demand.parts)
    if low > LONGEST or (high is not None and high < low):
        raise Unfit(place.where, f"minItems and maxItems allow no array of at most {LONGEST} items")
    usual = 0 if place.lean or place.salt > UNIQUE else max(USUAL, *map(len, _prefixes(demand)), 0)
    least = max(low, *(_needed(part) for part in demand.parts), 0)
    length = max(low, wanted, usual)
    return least, length if high is None else max(least, min(length, high))


def _needed(part: Any) -> int:
    """How many items must fit `contains` (2020-12, validation, 6.4.5: one, unless minContains says otherwise)."""
    return int(part.get("minContains", 1)) if "contains" in part else 0


def _prefixes(demand: Demand) -> Iterator[list[Any]]:
    yield []
    for part in demand.parts:
        yield listed(part.get("prefixItems", part.get("items")))


def _contained(demand: Demand, place: Place, length: int) -> dict[int, list[Any]]:
    """Which positions are to hold what `contains` asks for: the last ones first, on later attempts any."""
    found: dict[int, list[Any]] = {}
    for part in demand.parts:
        positions = list(range(length))[::-1]
        if place.salt:
            place.rng("contains", len(found)).shuffle(positions)
        free = [position for position in positions if position not in found] or positions
        for position in free[: _needed(part)]:
            found.setdefault(position, []).append(part["contains"])
    return found


def _positioned(demand: Demand, index: int) -> Iterator[Any]:
    """What the parts say about the item at an index; draft-07 spells prefixItems `items` and its rest additionalItems."""
    for part in demand.parts:
        prefix = listed(part.get("prefixItems", part.get("items")))
        rest = part.get("additionalItems", True) if isinstance(part.get("items"), list) else part.get("items", True)
        yield prefix[index] if index < len(prefix) else rest


def _item(index: int, schemas: list[Any], place: Place, make: Make, others: list[Any]) -> Any:
    """An item that differs from the others. Raises Unfit."""
    known = {_same(other) for other in others}
    for turn in range(UNIQUE):
        made = make(schemas, place.into(f"{index}.{turn}", "items", place.name.removesuffix("s")))
        if _same(made) not in known:
            return made
    raise Unfit(place.where, "not enough different items were found")


def _same(item: Any) -> str:
    """Equal for items that JSON Schema calls equal: 1 and 1.0 are, true and 1 are not (core, 4.2.2)."""
    return json.dumps(item, sort_keys=True) if not isinstance(item, float) or item % 1 else json.dumps(int(item))
