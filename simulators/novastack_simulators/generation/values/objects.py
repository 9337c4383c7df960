"""Objects: which properties they get, and what each of them has to fit."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from novastack_simulators.generation.values.demand import Demand
from novastack_simulators.generation.values.error import Unfit
from novastack_simulators.generation.values.judge import matches
from novastack_simulators.generation.values.keywords import listed, mapped
from novastack_simulators.generation.values.maker import Make
from novastack_simulators.generation.values.patterns import sample
from novastack_simulators.generation.values.place import Place
from novastack_simulators.generation.words import pick

MOST: Final = 1000
BARE: Final = 20
USUAL: Final = 2
NAME: Final = {"type": "string"}


def object_(demand: Demand, place: Place, make: Make) -> dict[str, Any]:
    names, required = _names(demand, place)
    made: dict[str, Any] = {}
    for name in names:
        try:
            made[name] = make([*_valued(demand, name)], place.into(name, f"properties.{name}", name))
        except Unfit:
            if name in required:
                raise
    return _extended(made, demand, place, make)


def _names(demand: Demand, place: Place) -> tuple[list[str], set[str]]:
    """The names to be given, as declared, and those of them that must be; what depends on a name joins the demand."""
    while True:
        declared = dict.fromkeys(name for part in demand.parts for name in mapped(part.get("properties")))
        required = _closed(demand, [name for part in demand.parts for name in listed(part.get("required"))])
        optional = _optional(demand, place, [name for name in declared if name not in required], len(required))
        names = [name for name in declared if name in required or name in optional]
        names += [name for name in _closed(demand, [*required, *names]) if name not in names]
        known = len(demand.parts)
        for schema in _dependent(demand, names):
            demand.add(schema)
        if len(demand.resolve().parts) == known:
            return names, set(required)


def _closed(demand: Demand, names: Iterable[str]) -> list[str]:
    """The names and all that each of them requires (dependentRequired; draft-07: a list in dependencies)."""
    found = list(dict.fromkeys(names))
    for name in found:
        for part in demand.parts:
            for key in ("dependentRequired", "dependencies"):
                found += [each for each in listed(mapped(part.get(key)).get(name)) if each not in found]
    return found


def _optional(demand: Demand, place: Place, names: list[str], required: int) -> list[str]:
    """All of the optional ones while shallow, some on later attempts, none on the last ones or deep down."""
    rng, high = place.rng("optional"), demand.most("maxProperties")
    demand.open = demand.open or bool(names)
    if place.lean or place.salt > BARE:
        names = names[: max(0, demand.least("minProperties") - required)]
    elif place.salt:
        names = [name for name in names if rng.random() < 0.6]
    names = [name for name in names if _named(demand, place, name) and False not in [*_valued(demand, name)]]
    return names if high is None else names[: max(0, high - required)]


def _named(demand: Demand, place: Place, name: str) -> bool:
    return all(place.document.holds(schema, name) for schema in demand.numbers("propertyNames"))


def _dependent(demand: Demand, names: Iterable[str]) -> Iterator[Any]:
    """The schemas that hold for the whole object because of a name in it."""
    for part in demand.parts:
        for key in ("dependentSchemas", "dependencies"):
            triggered = mapped(part.get(key))
            yield from (triggered[name] for name in names if isinstance(triggered.get(name), dict | bool))


def _valued(demand: Demand, name: str) -> Iterator[Any]:
    """What the parts say about the value of a property (2020-12, core, 10.3.2)."""
    for part in demand.parts:
        declared, patterns = mapped(part.get("properties")), mapped(part.get("patternProperties"))
        matched = [patterns[pattern] for pattern in patterns if matches(pattern, name)]
        yield from (declared[name],) if name in declared else ()
        yield from matched
        if name not in declared and not matched:
            yield part.get("additionalProperties", True)


def _extended(made: dict[str, Any], demand: Demand, place: Place, make: Make) -> dict[str, Any]:
    """The object with names that nobody declared: as many as it needs, and a few where it is meant as a map."""
    low, high = demand.least("minProperties"), demand.most("maxProperties")
    if low > MOST or (high is not None and high < low):
        raise Unfit(place.where, f"minProperties and maxProperties allow no object of at most {MOST} properties")
    usual = USUAL if _is_map(demand) and not place.lean and place.salt <= BARE else 0
    wanted = max(low, usual if high is None else min(usual, high))
    for turn in range(wanted * 8):
        if len(made) >= wanted:
            break
        name = _invented(demand, place, make, turn)
        try:
            # A name that is there already keeps its value.
            made = {name: make([*_valued(demand, name)], place.into(name, "additionalProperties", name)), **made}
        except Unfit:
            continue
    if len(made) < low:
        demand.open = True
        raise Unfit(place.where, f"no {low} properties were found")
    return made


def _is_map(demand: Demand) -> bool:
    maps = ("additionalProperties", "patternProperties")
    declared = any(mapped(part.get("properties")) for part in demand.parts)
    return not declared and any(mapped(part.get(key)) for part in demand.parts for key in maps)


def _invented(demand: Demand, place: Place, make: Make, turn: int) -> str:
    """A name for one more property: of a declared pattern, as propertyNames wants it, or just a word."""
    rng = place.rng("name", turn)
    patterns = [pattern for part in demand.parts for pattern in mapped(part.get("patternProperties"))]
    wanted = demand.numbers("propertyNames")
    if wanted and (turn % 2 == 0 or not patterns):
        return str(make([*wanted, NAME], place.into(f"name.{turn}", "propertyNames", "word")))
    if patterns:
        return sample(rng.choice(patterns), rng)
    return f"{pick(rng, 'word')}{turn if turn >= 4 else ''}"
